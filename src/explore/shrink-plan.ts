/** A plan made smaller: fewer faults, starts that say what they wait for, rounder numbers. */
import { anchorOf } from '../faults/anchors.ts';
import { infoOf } from '../faults/faults.ts';
import type { ParamInfo } from '../faults/kinds/info.ts';
import type { AnchorKind, PlannedFault, Start, Target } from '../faults/plan.ts';
import { digits, fewest, type NumberSearch, simplest } from './shrink-steps.ts';
import { type Trials, withFaults } from './shrink-trials.ts';

/** Leaves out every fault that the break does not need. */
export function fewerFaults(trials: Trials): void {
  fewest(trials.best.plan.faults, (faults) => trials.accept(withFaults(trials.best, faults)));
}

/** Tries another fault in the place of the one of the same id. */
export function acceptFault(trials: Trials, changed: PlannedFault): boolean {
  const faults = trials.best.plan.faults.map((it) => (it.id === changed.id ? changed : it));
  return trials.accept(withFaults(trials.best, faults));
}

/** Every number that a fault has, and how the fault is with another in its place. */
export interface FaultNumber {
  /** As in a plan: `durationUs`, `start.atUs`, `params.lossPpm`. */
  readonly path: string;
  readonly search: NumberSearch;
  readonly low: number;
  readonly high: number;
  readonly set: (value: number) => PlannedFault;
}

/** The numbers of a fault, lengths first. */
export function numbersOf(fault: PlannedFault): readonly FaultNumber[] {
  const { durationUs, params, kind } = fault;
  const lasts = infoOf(kind).lasts === true;
  const duration = spanNumber('durationUs', durationUs, (value) => ({
    ...fault,
    durationUs: value,
  }));
  const info = infoOf(kind).params;
  const own = Object.entries(params).flatMap(([name, value]): FaultNumber[] => {
    const rule = info[name];
    if (rule === undefined) return [];
    return [paramNumber(name, value, rule, (next) => withParam(fault, name, next))];
  });
  return [...(lasts && durationUs === 0 ? [] : [duration]), ...startNumbers(fault), ...own];
}

const LONGEST_US = 366 * 86_400 * 1_000_000;

const spanNumber = (path: string, value: number, set: FaultNumber['set']): FaultNumber => ({
  path,
  search: { value, goal: 0 },
  low: 0,
  high: LONGEST_US,
  set,
});

function startNumbers(fault: PlannedFault): readonly FaultNumber[] {
  const { start } = fault;
  const as = (changed: Start): PlannedFault => ({ ...fault, start: changed });
  if (start.kind === 'at') {
    return [spanNumber('start.atUs', start.atUs, (atUs) => as({ kind: 'at', atUs }))];
  }
  const { nth, delayUs } = start;
  const count: FaultNumber = {
    path: 'start.nth',
    search: { value: nth, goal: 1 },
    low: 1,
    high: 1_000_000,
    set: (next) => as({ ...start, nth: next }),
  };
  return [spanNumber('start.delayUs', delayUs, (next) => as({ ...start, delayUs: next })), count];
}

function paramNumber(
  name: string,
  value: number,
  { low, high, fractional }: ParamInfo,
  set: FaultNumber['set'],
): FaultNumber {
  const goal = Math.min(high, Math.max(low, 0));
  const grain = fractional === true ? 0.01 : 1;
  return { path: `params.${name}`, search: { value, goal, grain }, low, high, set };
}

const withParam = (fault: PlannedFault, name: string, value: number): PlannedFault => ({
  ...fault,
  params: { ...fault.params, [name]: value },
});

/** Aims at the first of a kind where any of them will do; an index counts round and round. */
export function simplerTargets(trials: Trials): void {
  const first = (target: Target): Target =>
    target.by === 'index' ? { ...target, index: 0 } : target;
  for (const { id } of trials.best.plan.faults) {
    const { peer, ...fault } = faultOf(trials, id);
    const target = first(fault.target);
    const changed = peer === undefined ? { target } : { target, peer: first(peer) };
    acceptFault(trials, { ...fault, ...changed });
  }
}

/** Leaves out numbers that are not needed, and makes the others smaller and rounder. */
export function simplerNumbers(trials: Trials): void {
  for (const { id } of trials.best.plan.faults) {
    for (const path of numbersOf(faultOf(trials, id)).map((number) => number.path)) {
      // Whatever was accepted since, the number is that of the best.
      const fault = faultOf(trials, id);
      const number = numbersOf(fault).find((it) => it.path === path);
      if (number === undefined || dropsDefault(trials, fault, path)) continue;
      simplest(number.search, (value) => acceptFault(trials, number.set(value)));
    }
  }
}

function dropsDefault(trials: Trials, fault: PlannedFault, path: string): boolean {
  const name = path.replace(/^params\./, '');
  if (name === path || infoOf(fault.kind).params[name]?.otherwise === undefined) return false;
  const { [name]: _, ...params } = fault.params;
  return acceptFault(trials, { ...fault, params });
}

export function faultOf(trials: Trials, id: string): PlannedFault {
  return trials.best.plan.faults.find((fault) => fault.id === id) as PlannedFault;
}

interface Moments {
  /** When each fault began. */
  readonly armed: ReadonlyMap<string, number>;
  /** What a fault could have waited for, in order of time. */
  readonly anchors: readonly { readonly kind: AnchorKind; readonly nth: number; at: number }[];
}

function momentsOf(trials: Trials): Moments {
  const armed = new Map<string, number>();
  const counts = new Map<AnchorKind, number>();
  const anchors: { kind: AnchorKind; nth: number; at: number }[] = [];
  trials.watch((fact) => {
    if (fact.kind === 'fault' && fact.event === 'armed') armed.set(fact.fault, fact.at);
    const kind = anchorOf(fact);
    if (kind === undefined) return;
    const nth = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, nth);
    anchors.push({ kind, nth, at: fact.at });
  });
  return { armed, anchors };
}

/** How much there is to say about a start. */
const weightOf = (start: Start): number =>
  start.kind === 'at'
    ? digits(start.atUs)
    : 1 +
      (start.nth === 1 ? 0 : digits(start.nth)) +
      (start.delayUs === 0 ? 0 : digits(start.delayUs));

const STARTS_TRIED_MAX = 6;

/**
 * Says of each fault in the fewest words when it begins: at a round time of the run, or after a
 * fact. An anchor of an early fact with no delay is as good as a round time, and moves with the
 * run.
 */
export function simplerStarts(trials: Trials): void {
  const moments = momentsOf(trials);
  for (const { id } of trials.best.plan.faults) {
    const fault = faultOf(trials, id);
    const atUs = moments.armed.get(id);
    if (atUs === undefined) continue;
    const lighter = startsNear(moments, atUs)
      .filter((start) => weightOf(start) < weightOf(fault.start))
      .sort((a, b) => weightOf(a) - weightOf(b))
      .slice(0, STARTS_TRIED_MAX);
    lighter.some((start) => acceptFault(trials, { ...fault, start }));
  }
}

/** For each fault that begins at a time: the starts after the facts just before, by its id. */
export function startsAfterFacts(trials: Trials): ReadonlyMap<string, readonly Start[]> {
  const moments = momentsOf(trials);
  const starts = new Map<string, readonly Start[]>();
  for (const { id, start } of trials.best.plan.faults) {
    const atUs = moments.armed.get(id);
    if (start.kind !== 'at' || atUs === undefined) continue;
    starts.set(id, startsAfter(moments, atUs));
  }
  return starts;
}

function startsNear(moments: Moments, atUs: number): readonly Start[] {
  const rounded = [1_000_000, 500_000, 100_000, 10_000].flatMap((grain) =>
    [Math.round(atUs / grain), Math.floor(atUs / grain), Math.ceil(atUs / grain)].map(
      (count): Start => ({ kind: 'at', atUs: count * grain }),
    ),
  );
  return [...rounded, ...startsAfter(moments, atUs)];
}

function startsAfter({ anchors }: Moments, atUs: number): readonly Start[] {
  const latest = new Map<AnchorKind, Moments['anchors'][number]>();
  for (const anchor of anchors) if (anchor.at <= atUs) latest.set(anchor.kind, anchor);
  return [...latest.values()].flatMap(({ kind, nth, at }): Start[] => {
    const exact = atUs - at;
    const round = Math.round(exact / 100_000) * 100_000;
    return [...new Set([0, round, exact])].map((delayUs) => {
      return { kind: 'anchor', after: kind, nth, delayUs };
    });
  });
}

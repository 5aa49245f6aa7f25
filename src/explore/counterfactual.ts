/**
 * What would have had to be otherwise: for each number of a plan the bound beyond which the claim
 * holds, all else being as it is. Found by bisection, so between the bound and the far end there
 * may be other values that break; what is said is true of the bound and of the far end.
 */
import type { Claim } from '../checkers/checker.ts';
import type { Plan, PlannedFault, Start, Target } from '../faults/plan.ts';
import { planProblems } from '../faults/plan-problems.ts';
import { InvariantBroken, unreachable } from '../lib/assert.ts';
import { MS, SECOND } from '../lib/units.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { formatShare } from '../scenario/values.ts';
import { probe } from './probe.ts';
import { type FaultNumber, numbersOf } from './shrink-plan.ts';

/** One number of a fault, and where the claim would have held. */
export interface Counterfactual {
  /** Id of the fault, and which of its numbers, as a plan names it. */
  readonly fault: string;
  readonly number: string;
  readonly value: number;
  /** Below this the claim holds; at it, it breaks. */
  readonly holdsBelow?: number;
  /** Above this the claim holds; at it, it breaks. */
  readonly holdsAbove?: number;
  readonly sentence: string;
}

export interface CounterfactualRequest {
  readonly prepared: Prepared;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: Claim;
  /** At most so many runs; numbers that come too late are left out. */
  readonly budget?: number;
}

const BUDGET = 150;
/** From one end of a range to three digits. */
const RUNS_PER_BOUND = 14;

/** In the order of the plan, lengths before starts. */
export function counterfactuals(request: CounterfactualRequest): readonly Counterfactual[] {
  const { prepared, plan, budget = BUDGET } = request;
  let runs = 0;
  const breaks = (changed: PlannedFault): boolean => {
    runs++;
    return isBroken(request, changed);
  };
  const untilUs = prepared.timeline.healUs;
  const found: Counterfactual[] = [];
  for (const fault of plan.faults) {
    for (const number of numbersOf(fault)) {
      if (runs + 2 * RUNS_PER_BOUND > budget) return found;
      found.push(boundsOf(fault, number, untilUs, breaks));
    }
  }
  return found;
}

function isBroken({ prepared, seed, plan, claim }: CounterfactualRequest, changed: PlannedFault) {
  const faults = plan.faults.map((fault) => (fault.id === changed.id ? changed : fault));
  if (planProblems({ faults }).length > 0) return true;
  try {
    return probe(prepared, { seed, plan: { faults }, claim, stopsEarly: false }) !== undefined;
  } catch (error) {
    // No verdict is no reason to say that the claim holds.
    if (error instanceof InvariantBroken) return true;
    throw error;
  }
}

function boundsOf(
  fault: PlannedFault,
  number: FaultNumber,
  untilUs: number,
  breaks: (changed: PlannedFault) => boolean,
): Counterfactual {
  const { value } = number.search;
  const isSpan = number.path.endsWith('Us');
  const high = isSpan ? Math.min(number.high, Math.max(untilUs, value)) : number.high;
  const breaksAt = (at: number): boolean => breaks(number.set(at));
  const below = bound(value, number.low, number, breaksAt);
  const above = bound(value, high, number, breaksAt);
  const bounds = {
    ...(below === undefined ? {} : { holdsBelow: below }),
    ...(above === undefined ? {} : { holdsAbove: above }),
  };
  const range = [number.low, high] as const;
  const sentence = sentenceOf({ fault, path: number.path, range, ...bounds });
  return { fault: fault.id, number: number.path, value, ...bounds, sentence };
}

/** The last value that breaks on the way to the far end; `undefined`: it breaks there as well. */
function bound(
  value: number,
  far: number,
  { path, search }: FaultNumber,
  breaksAt: (value: number) => boolean,
): number | undefined {
  if (value === far || breaksAt(far)) return undefined;
  let [broken, held] = [value, far];
  for (let run = 2; run <= RUNS_PER_BOUND; run++) {
    const finest = path.endsWith('Us') ? spanGrain(Math.max(broken, held)) : (search.grain ?? 1);
    const middle = Math.round((broken + held) / 2 / finest) * finest;
    const next = Number(middle.toPrecision(12));
    if (next === broken || next === held) break;
    if (breaksAt(next)) broken = next;
    else held = next;
  }
  return broken;
}

/** Spans are told to three or four digits. */
const spanGrain = (us: number): number => (us >= SECOND ? 10 * MS : us >= 10 * MS ? MS : 1);

interface Said {
  readonly fault: PlannedFault;
  readonly path: string;
  readonly range: readonly [low: number, high: number];
  readonly holdsBelow?: number;
  readonly holdsAbove?: number;
}

function sentenceOf({ fault, path, range, holdsBelow, holdsAbove }: Said): string {
  const { what, less, more, after = '' } = wordsOf(fault, path);
  const parts = [
    ...(holdsBelow === undefined ? [] : [`${less} ${valueText(path, holdsBelow)}`]),
    ...(holdsAbove === undefined ? [] : [`${more} ${valueText(path, holdsAbove)}`]),
  ];
  if (parts.length > 0) return `held, had ${what} ${parts.join(', or ')}${after}`;
  const [low, high] = range.map((value) => valueText(path, value));
  const of = `${numberWords(path)} of ${nameOf(fault)}`;
  return `no bound on ${of}: breaks at ${low} and at ${high} too`;
}

interface Words {
  readonly what: string;
  readonly less: string;
  readonly more: string;
  readonly after?: string;
}

function wordsOf(fault: PlannedFault, path: string): Words {
  const what = nameOf(fault);
  const { start } = fault;
  switch (path) {
    case 'durationUs':
      return { what, less: 'been shorter than', more: 'been longer than' };
    case 'start.atUs':
      return { what, less: 'begun before', more: 'begun after' };
    case 'start.delayUs': {
      const after = ` after ${anchorName(start)}`;
      return { what, less: 'begun sooner than', more: 'begun later than', after };
    }
    case 'start.nth': {
      const anchor = start.kind === 'anchor' ? start.after : '';
      const less = `waited for an earlier ${anchor} than number`;
      return { what, less, more: `waited for a later ${anchor} than number` };
    }
    default:
      return { what: `the ${numberName(path)} of ${what}`, less: 'been below', more: 'been above' };
  }
}

const anchorName = (start: Start): string =>
  start.kind === 'anchor' ? `${start.after} number ${start.nth}` : 'the start of the run';

const numberWords = (path: string): string =>
  path.startsWith('params.') ? `the ${numberName(path)}` : numberName(path);

const numberName = (path: string): string => {
  const own = /^params\.(.*?)(?:Us|Ppm)?$/.exec(path)?.[1];
  if (own !== undefined) return own;
  return path === 'durationUs' ? 'the length' : path === 'start.nth' ? 'the anchor' : 'the start';
};

const nameOf = ({ kind, target, peer }: PlannedFault): string =>
  `the ${kind} of ${targetName(target)}${peer === undefined ? '' : ` from ${targetName(peer)}`}`;

function targetName(target: Target): string {
  switch (target.by) {
    case 'name':
      return target.name;
    case 'role':
      return `the ${target.role}`;
    case 'index':
      return `${target.role} ${target.index + 1}`;
    case 'share':
      return `${target.share} of ${target.role}`;
    case 'rack':
      return `rack ${target.index + 1}`;
    default:
      return unreachable(target);
  }
}

function valueText(path: string, value: number): string {
  if (path.endsWith('Ppm')) return formatShare(value);
  if (!path.endsWith('Us')) return String(value);
  const size = Math.abs(value);
  if (size >= SECOND) return `${Number((value / SECOND).toFixed(3))} s`;
  return size >= MS || size === 0 ? `${Number((value / MS).toFixed(3))} ms` : `${value} µs`;
}

import { infoOf } from '../../faults/faults.ts';
import type { PlannedFault, Start } from '../../faults/plan.ts';
import { planProblems } from '../../faults/plan-problems.ts';
import type { Random } from '../../lib/random.ts';

/** Where faults may come to lie. */
export interface Bounds {
  readonly fromUs: number;
  readonly untilUs: number;
}

/**
 * Faults like these: of the same kinds, aimed at the same, and at other times, for other whiles and
 * of other strengths. What is known of a failure is mostly what went wrong, seldom exactly when.
 */
export function around(
  faults: readonly PlannedFault[],
  random: Random,
  bounds: Bounds,
): readonly PlannedFault[] {
  const spanUs = bounds.untilUs - bounds.fromUs;
  const offsetUs = between(random, -SHIFT, SHIFT) * spanUs;
  return faults.map((fault) => {
    const wanted: PlannedFault = {
      ...fault,
      start: moved(fault.start, random, bounds, offsetUs),
      durationUs: Math.round(fault.durationUs * between(random, LEAST, MOST)),
      params: turned(fault, random),
    };
    return planProblems({ faults: [wanted] }).length === 0 ? wanted : fault;
  });
}

/** All of them come so much earlier or later, as a share of the storm … */
const SHIFT = 0.15;
/** … and each of them so much more. */
const JITTER = 0.1;
const LEAST = 0.6;
const MOST = 1.5;

const between = (random: Random, low: number, high: number): number =>
  low + random.float() * (high - low);

function moved(start: Start, random: Random, bounds: Bounds, offsetUs: number): Start {
  const { fromUs, untilUs } = bounds;
  if (start.kind === 'anchor') {
    const nth = Math.max(1, Math.round(start.nth * between(random, LEAST, MOST)));
    return { ...start, nth, delayUs: Math.round(start.delayUs * between(random, LEAST, MOST)) };
  }
  const wantedUs = start.atUs + offsetUs + between(random, -JITTER, JITTER) * (untilUs - fromUs);
  const atUs = Math.round(Math.min(Math.max(wantedUs, fromUs), untilUs - 1));
  return { kind: 'at', atUs };
}

function turned({ kind, params }: PlannedFault, random: Random): PlannedFault['params'] {
  const rules = infoOf(kind).params;
  const entries = Object.entries(params).map(([name, value]) => {
    const rule = rules[name];
    const factor = between(random, LEAST, MOST);
    // Numbers that choose, such as a direction, are left alone.
    if (rule === undefined || rule.high - rule.low < SCALE) return [name, value] as const;
    const next = Math.min(Math.max(value * factor, rule.low), rule.high);
    return [name, rule.fractional === true ? next : Math.round(next)] as const;
  });
  return Object.fromEntries(entries);
}

const SCALE = 10;

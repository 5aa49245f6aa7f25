/** Two numbers turned against each other: where a design is safe, unsafe, or not there at all. */
import type { PlannedFault } from '../../faults/plan.ts';
import type { PhaseCell, PhaseDiagram } from '../../report/document.ts';
import type { Prepared } from '../../scenario/prepare.ts';
import type { Span } from './dials.ts';
import { findDial } from './dials.ts';
import { runPoint, seenIn, worstOf } from './point.ts';

/** One of the two numbers, and the values that it takes. */
export interface Axis {
  /** A dial, an option of a design in milliseconds, or a path of the scenario. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface DiagramRequest {
  readonly design: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly seeds: readonly string[];
  /** Scenario and design with what these values say of them; dials are none of its business. */
  readonly preparedAt: (x: string, y: string) => Prepared;
}

/** When dials are turned: from a quarter of the storm on, until it is over. */
export function spanOf({ timeline }: Prepared): Span {
  const { chaosUs, healUs } = timeline;
  return { fromUs: chaosUs + Math.round((healUs - chaosUs) / 4), untilUs: healUs };
}

/** Draws the diagram cell by cell, and hands control back after each; its value is the diagram. */
export function* diagramSteps(
  request: DiagramRequest,
): Generator<{ readonly done: number; readonly total: number }, PhaseDiagram> {
  const { design, x, y, seeds, preparedAt } = request;
  const cells: PhaseCell[] = [];
  const total = x.values.length * y.values.length;
  for (const [yAt, yValue] of y.values.entries()) {
    for (const [xAt, xValue] of x.values.entries()) {
      const prepared = preparedAt(xValue, yValue);
      const faults = [...faultsOf(x.key, xValue, prepared), ...faultsOf(y.key, yValue, prepared)];
      const named = faults.map((it, i) => ({ ...it, id: `dial-${i + 1}` }));
      const seen = seeds.map((seed) => seenIn(runPoint(prepared, seed, named)));
      cells.push({ x: xAt, y: yAt, ...worstOf(seen) });
      yield { done: cells.length, total };
    }
  }
  return { design, x, y, cells };
}

/** The hardship that a dial makes of a value; nothing for a key that is no dial. */
function faultsOf(key: string, value: string, prepared: Prepared): readonly PlannedFault[] {
  const dial = findDial(key);
  const size = Number(value);
  if (dial === undefined || size === 0) return [];
  return dial.faults(size, spanOf(prepared), prepared.loaded.scenario.cluster);
}

/** A design that is not a function of its seed: what it draws outlives the run. */
import type { SelectedDesign } from '../../src/scenario/registry.ts';
import { single } from '../../src/scheduler/designs/single/single.ts';
import { SAFE_PARTS } from '../../src/scheduler/parts/engine.ts';
import { type ChooseWorker, chooseInTurn } from '../../src/scheduler/parts/workforce.ts';
import { designOf } from '../support/runs.ts';

/** It chooses workers in turn, beginning with another one in every run. */
export function forgetful(): SelectedDesign {
  let runs = 0;
  return {
    ...designOf('single'),
    build: (context) => {
      const shift = runs++;
      const chooseWorker: ChooseWorker = (seats, turn) => chooseInTurn(seats, turn + shift);
      return single(context, { ...SAFE_PARTS, chooseWorker });
    },
  };
}

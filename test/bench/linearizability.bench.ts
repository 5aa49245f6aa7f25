/**
 * How long it takes to judge histories of 100,000 operations by ten clients of one register: all
 * answers heard, one in a hundred lost, and one wrong answer near the end. Floor: 10 s each.
 */
import { bench, describe } from 'vitest';
import { judgeLinearizability } from '../../src/checkers/linearizability.ts';
import { madeHistory, withWrongRead } from '../support/made-histories.ts';
import { casRegister } from '../support/sequential-models.ts';

const MADE = { seed: 'bench', operations: 100_000, clients: 10, values: 5, unknownPpm: 0 };
const REGISTER = casRegister({ initial: 0, failedCasCompared: true });
const OPTIONS = { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 };

const heard = madeHistory(MADE);
const lossy = madeHistory({ ...MADE, unknownPpm: 10_000 });
const { changed } = withWrongRead(heard, 99_000);

describe('100,000 operations of ten clients (floor 10 s)', () => {
  for (const [name, history] of Object.entries({ heard, lossy, 'one wrong answer': changed })) {
    bench(name, () => void judgeLinearizability(REGISTER, history), OPTIONS);
  }
});

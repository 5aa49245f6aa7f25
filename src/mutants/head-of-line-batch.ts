import type { ChooseWorker } from '../scheduler/parts/workforce.ts';
import { hasRoom } from '../scheduler/parts/workforce.ts';
import type { Mutant } from './mutant.ts';

/** Whoever's turn it is gets the job, or nobody does. */
const strictTurns: ChooseWorker = (seats, turn) => {
  const seat = seats[turn % seats.length];
  return seat !== undefined && hasRoom(seat) ? seat : undefined;
};

export const headOfLineBatch: Mutant = {
  name: 'head-of-line-batch',
  sentence: 'One who has reached a limit holds up everybody behind.',
  source: 'airflow#14205',
  cause: 'unbounded reaction',
  of: 'any',
  parts: { chooseWorker: strictTurns },
};

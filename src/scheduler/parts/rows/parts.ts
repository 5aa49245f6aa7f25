import { stepJob } from '../../job/job.ts';
import { decideTicks } from '../../schedule/decide.ts';
import { checkTiming } from '../../schedule/timing.ts';
import type { StoreOp } from '../../store/protocol.ts';
import { type CursorOfPut, cursorOfPut } from '../edits.ts';
import { type FindObstacle, findObstacle } from '../limits.ts';
import { type DecideOverlap, decideOverlap } from '../overlap.ts';
import { type Suspicion, suspicion } from '../suspicion.ts';
import { type ChooseWorker, chooseInTurn } from '../workforce.ts';
import { readLimits } from './claims.ts';
import { type LockedRows, lockedRows } from './due.ts';
import { HomeWatch } from './homes.ts';

/** How members keep each other out of what they decide. */
export interface Exclusion {
  /** How the lock is taken that is around all decisions, where there is one. */
  readonly guard: (key: string) => readonly StoreOp[];
  /** How due schedules, waiting and ready jobs are found and locked. */
  readonly lockedRows: LockedRows;
}

/** The replaceable decisions: a mutant replaces one. */
export interface RowsParts {
  readonly stepJob: typeof stepJob;
  readonly decideTicks: typeof decideTicks;
  readonly checkTiming: typeof checkTiming;
  readonly chooseWorker: ChooseWorker;
  readonly decideOverlap: DecideOverlap;
  readonly cursorOfPut: CursorOfPut;
  readonly findObstacle: FindObstacle;
  /** When an attempt is taken for lost, where members watch their workers. */
  readonly suspicion: Suspicion;
  readonly exclusion: Exclusion;
  /** Reads of what a queue allows, and of what runs of it. */
  readonly readLimits: (queue: string) => readonly StoreOp[];
  readonly newHomeWatch: () => HomeWatch;
}

export const ROWS_PARTS: RowsParts = {
  stepJob,
  decideTicks,
  checkTiming,
  chooseWorker: chooseInTurn,
  decideOverlap,
  cursorOfPut,
  findObstacle,
  suspicion,
  exclusion: { guard: (key) => [{ kind: 'lock', key }], lockedRows },
  readLimits,
  newHomeWatch: () => new HomeWatch(),
};

/** Where only age tells that an attempt is lost: launches that got lost are sent again, no more. */
export const TRUST: Suspicion = {
  atBeat: (evidence) => (evidence.isSameLife ? suspicion.atBeat(evidence) : 'fine'),
  atSweep: () => undefined,
};

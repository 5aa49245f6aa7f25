import type { StoreOp } from '../../store/protocol.ts';
import type { Deeds, RowOffice } from './office.ts';
import type { Script } from './transactions.ts';

/** One transaction of a member: decided by its script, carried out when it is committed. */
export interface Plan<R> {
  readonly script: (office: RowOffice) => Script<R>;
  /** Writes beside those of the office. */
  readonly writes?: (result: R) => readonly StoreOp[];
  readonly done?: (result: R, deeds: Deeds) => void;
  /** Whether it decides ticks or claims jobs: there may be a lock around all of that. */
  readonly isScan?: boolean;
}

/** Runs a plan; what the office wanted to send leaves before `done` is told. */
export type RunPlan = <R>(plan: Plan<R>) => void;

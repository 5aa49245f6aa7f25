/** Numbers and habits of a scheduler that lives in the rows of a store. */
export interface RowsPreset {
  readonly name: string;
  readonly why: string;
  /** Members look for what is due at least this often. */
  readonly pollUs: number;
  /**
   * Whether one lock is held around every pass over due ticks and ready jobs, or rows are claimed
   * one by one and those that others have are passed over.
   */
  readonly lane: 'lock' | 'claim';
  /** How long the lock is waited for, where that is not left to the store. */
  readonly lockWaitUs?: number;
  /** Ticks are decided so long before they are due. */
  readonly aheadUs: number;
  /** Ticks that were decided ahead are in memory only until they are due. */
  readonly keepsRing: boolean;
  readonly rescue: Rescue;
  /** Whether a report counts only for the attempt that it speaks of. */
  readonly checksToken: boolean;
  /** Whether effects carry a token that the outside world checks. */
  readonly fenced: boolean;
  /** Members tell each other of ready jobs, rather than wait for the next poll. */
  readonly notifies: boolean;
}

/** How attempts are found whose worker is gone. */
export type Rescue =
  /** The worker's home is written every `refreshUs`; unchanged for `deadUs`, it is gone. */
  | { readonly kind: 'homes'; readonly refreshUs: number; readonly deadUs: number }
  /** The same by the times in the rows: the members' wall clocks have to agree. */
  | { readonly kind: 'check-ins'; readonly refreshUs: number; readonly deadUs: number }
  /** Whatever was claimed so long ago; looked for every `everyUs`. */
  | { readonly kind: 'age'; readonly ageUs: number; readonly everyUs: number };

/** From a worker's end to that of its attempts, at the latest, when nothing else is wrong. */
export function rescueBoundUs({ rescue }: RowsPreset, workerTimeoutUs: number): number {
  if (rescue.kind === 'age') return rescue.ageUs + 2 * rescue.everyUs;
  return Math.max(workerTimeoutUs, rescue.deadUs + 3 * rescue.refreshUs);
}

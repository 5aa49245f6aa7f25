/** Numbers and habits of optimistic schedulers. */
export interface Habits {
  /** A decision takes so long, and so much more for every part that is placed. */
  readonly jobUs: number;
  readonly taskUs: number;
  /** So many jobs are decided upon at a time. */
  readonly batch: number;
  /**
   * What is a conflict: any change of a worker since it was read, or only one that leaves no room.
   */
  readonly check: 'coarse' | 'fine';
  /** With a conflict, the placements that stand are kept, or none is. */
  readonly commit: 'incremental' | 'gang';
  /** One placement that does not stand takes all others on that worker with it. */
  readonly byWorker: boolean;
  /** Where there is a choice: any worker, or of two the fuller one. */
  readonly choice: 'any' | 'fuller';
  /** After a conflict waits up to this, doubled each time in a row, up to the most. */
  readonly backoffUs: number;
  readonly backoffMaxUs: number;
  /** A job that has waited for room for so long is waited for. */
  readonly patienceUs: number;
  /** Jobs of members that leave them lying are taken over after this. */
  readonly leftUs: number;
}

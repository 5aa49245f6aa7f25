import type { JobBook } from './jobs.ts';
import { isDoubled, type TickBook } from './ticks.ts';

/**
 * What became of everything, over the whole run. Both add up:
 *
 *   accepted = completed + cancelled + dead + open
 *   due      = run + skipped + missed
 */
export interface Accounts {
  readonly jobs: {
    readonly accepted: number;
    readonly completed: number;
    readonly cancelled: number;
    readonly dead: number;
    /** Not ended when the audit read it, or not known to have ended. */
    readonly open: number;
  };
  readonly ticks: {
    readonly due: number;
    /** A body of it began. */
    readonly run: number;
    /** It did not run, and the audit lists it as skipped. */
    readonly skipped: number;
    /** The others. */
    readonly missed: number;
    /** Beside the sum: ticks that ran more than once. */
    readonly doubled: number;
  };
}

export function accountsOf(jobBook: JobBook, tickBook: TickBook): Accounts {
  const { completed, cancelled, dead, open } = jobBook.finalStates();
  const accepted = completed + cancelled + dead + open;
  const ticks = { due: 0, run: 0, skipped: 0, missed: 0, doubled: 0 };
  for (const row of tickBook.due()) {
    ticks.due++;
    if (row.beganUs !== -1) ticks.run++;
    else if (row.isSkipped) ticks.skipped++;
    else ticks.missed++;
    if (isDoubled(row)) ticks.doubled++;
  }
  return { jobs: { accepted, completed, cancelled, dead, open }, ticks };
}

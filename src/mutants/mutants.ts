/**
 * mutants: the designs with one part replaced by one that makes a mistake of a real scheduler. They
 * show what a claim is good for: whoever cannot tell a mutant from its design has not tested it.
 *
 *   mutants.ts      all of them, sorted by what lies at their root (this file)
 *   mutant.ts       what a mutant is
 *   eager-out.ts    shared: messages that leave too early
 *   remade-book.ts  shared: what a term begins with, changed
 *   <name>.ts       one mistake each
 */
import { ackBeforeQuorum } from './ack-before-quorum.ts';
import { catchupSkipsOverlapCheck } from './catchup-skips-overlap-check.ts';
import { catchupUnbounded } from './catchup-unbounded.ts';
import { claimByStateNotVersion } from './claim-by-state-not-version.ts';
import { commitOfEarlierTerm } from './commit-of-earlier-term.ts';
import { commitsWhatItRead } from './commits-what-it-read.ts';
import { createRunOutsideLock } from './create-run-outside-lock.ts';
import { deleteNotPropagatedToMemory } from './delete-not-propagated-to-memory.ts';
import { doubleVoteAfterRestart } from './double-vote-after-restart.ts';
import { expiryMeansShutdown } from './expiry-means-shutdown.ts';
import { failedParentWillDo } from './failed-parent-will-do.ts';
import { failoverByTimestamp } from './failover-by-timestamp.ts';
import { fireThenAdvance } from './fire-then-advance.ts';
import { gangInParts } from './gang-in-parts.ts';
import { gapAlwaysSkipped } from './gap-always-skipped.ts';
import { giveUpAfterNMissed } from './give-up-after-n-missed.ts';
import { givenUpIsGone } from './given-up-is-gone.ts';
import { grantsOfAnEarlierLife } from './grants-of-an-earlier-life.ts';
import { headOfLineBatch } from './head-of-line-batch.ts';
import { identityWithoutIncarnation } from './identity-without-incarnation.ts';
import { impatientLeader } from './impatient-leader.ts';
import { inMemoryCursor } from './in-memory-cursor.ts';
import { killedCountsAsDone } from './killed-counts-as-done.ts';
import { leaderWithoutDuties } from './leader-without-duties.ts';
import { leaseFromTheAnswer } from './lease-from-the-answer.ts';
import { lockNoopWhenRowAbsent } from './lock-noop-when-row-absent.ts';
import { missedComputedFromOldCursor } from './missed-computed-from-old-cursor.ts';
import type { Mutant } from './mutant.ts';
import { negativeElapsed } from './negative-elapsed.ts';
import { neverGivenUp } from './never-given-up.ts';
import { neverRefreshesCopy } from './never-refreshes-copy.ts';
import { nextFromNowOnElection } from './next-from-now-on-election.ts';
import { noRangeCheck } from './no-range-check.ts';
import { noResetOnDemotion } from './no-reset-on-demotion.ts';
import { noSelfFence } from './no-self-fence.ts';
import { noStopCallback } from './no-stop-callback.ts';
import { overlapRunsTwice } from './overlap-runs-twice.ts';
import { ownerCheckThenAct } from './owner-check-then-act.ts';
import { popThenPush } from './pop-then-push.ts';
import { priorityIgnored } from './priority-ignored.ts';
import { probedOnce } from './probed-once.ts';
import { redeliveryNotCounted } from './redelivery-not-counted.ts';
import { replaceOnElection } from './replace-on-election.ts';
import { rescueByAge } from './rescue-by-age.ts';
import { restoreWithoutTz } from './restore-without-tz.ts';
import { runningSetNotPersisted } from './running-set-not-persisted.ts';
import { silentDrop } from './silent-drop.ts';
import { snapshotForgetsSessions } from './snapshot-forgets-sessions.ts';
import { terminalNotAbsorbing } from './terminal-not-absorbing.ts';
import { timersLeftBehind } from './timers-left-behind.ts';
import { tokenResetOnRelease } from './token-reset-on-release.ts';
import { twoChangesAtATime } from './two-changes-at-a-time.ts';
import { unfencedMetadataWrite } from './unfenced-metadata-write.ts';
import { voteNotPersisted } from './vote-not-persisted.ts';
import { wallClockLease } from './wall-clock-lease.ts';
export const MUTANTS: readonly Mutant[] = [
  fireThenAdvance,
  ackBeforeQuorum,
  popThenPush,
  nextFromNowOnElection,
  silentDrop,
  noSelfFence,
  noStopCallback,
  unfencedMetadataWrite,
  tokenResetOnRelease,
  lockNoopWhenRowAbsent,
  ownerCheckThenAct,
  claimByStateNotVersion,
  createRunOutsideLock,
  identityWithoutIncarnation,
  failoverByTimestamp,
  commitOfEarlierTerm,
  twoChangesAtATime,
  terminalNotAbsorbing,
  noResetOnDemotion,
  inMemoryCursor,
  runningSetNotPersisted,
  deleteNotPropagatedToMemory,
  voteNotPersisted,
  doubleVoteAfterRestart,
  snapshotForgetsSessions,
  catchupSkipsOverlapCheck,
  wallClockLease,
  negativeElapsed,
  leaseFromTheAnswer,
  restoreWithoutTz,
  gapAlwaysSkipped,
  overlapRunsTwice,
  missedComputedFromOldCursor,
  expiryMeansShutdown,
  leaderWithoutDuties,
  giveUpAfterNMissed,
  neverGivenUp,
  catchupUnbounded,
  headOfLineBatch,
  rescueByAge,
  replaceOnElection,
  redeliveryNotCounted,
  impatientLeader,
  givenUpIsGone,
  failedParentWillDo,
  killedCountsAsDone,
  priorityIgnored,
  grantsOfAnEarlierLife,
  probedOnce,
  neverRefreshesCopy,
  commitsWhatItRead,
  gangInParts,
  noRangeCheck,
  timersLeftBehind,
];

/** Those that show in runs. */
export const HUNTED: readonly Mutant[] = MUTANTS.filter(({ shownBy }) => shownBy === undefined);

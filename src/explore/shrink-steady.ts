/**
 * A break that needs a lucky draw is often one that would need none if a fault lasted longer, if it
 * waited for what it is to hit, or if there was more to be hit. Once the claim breaks whatever is
 * drawn, numbers can be made smaller again without tailoring them to a seed.
 */
import type { PlannedFault, Start } from '../faults/plan.ts';
import { SECOND } from '../lib/units.ts';
import type { Workload } from '../scenario/scenario.ts';
import { startsAfterFacts } from './shrink-plan.ts';
import { type Subject, type Trials, withFaults } from './shrink-trials.ts';

/** Makes the best so far one that breaks whatever is drawn, if a little more of something does. */
export function steady(trials: Trials): void {
  if (trials.isShaken || trials.shake()) return;
  const { best } = trials;
  const single = [...longer(best), ...richer(best), ...anchored(trials)];
  if (single.some((subject) => trials.acceptSteady(subject))) return;
  // Where one does not help, a body that surely runs when the fault comes may be what it takes.
  if (best.scenario.workload.arrivals.perSecond === 0) return;
  const early = best.plan.faults.flatMap((fault) =>
    EARLY.map((start) => calm(replaced(best, { ...fault, start }))),
  );
  early.some((subject) => trials.acceptSteady(subject));
}

/** While the first job, and the second, is on its way, begins, and runs. */
const EARLY: readonly Start[] = [1, 2].flatMap((nth) =>
  [100_000, 1_000_000, 0].map((delayUs) => {
    return { kind: 'anchor', after: 'dispatched', nth, delayUs };
  }),
);

/** One job after the other, each of which takes long. */
function calm(subject: Subject): Subject {
  const { arrivals } = subject.scenario.workload;
  const perSecond = Math.min(arrivals.perSecond, 0.1);
  const slower: Partial<Workload> = { arrivals: { kind: 'fixed', perSecond } };
  return withWork(subject, { ...slower, ...bodies(subject, 10) });
}

const withWork = ({ scenario, plan }: Subject, change: Partial<Workload>): Subject => ({
  plan,
  scenario: { ...scenario, workload: { ...scenario.workload, ...change } },
});

/** Bodies that take so many times as long, and are given the time. */
function bodies({ scenario }: Subject, factor: number): Partial<Workload> {
  const { runUsMean, timeoutUs } = scenario.workload;
  return { runUsMean: factor * runUsMean, timeoutUs: Math.max(timeoutUs, 4 * factor * runUsMean) };
}

const replaced = (subject: Subject, changed: PlannedFault): Subject =>
  withFaults(
    subject,
    subject.plan.faults.map((fault) => (fault.id === changed.id ? changed : fault)),
  );

function longer(subject: Subject): readonly Subject[] {
  return subject.plan.faults.flatMap((fault) =>
    // What lasts for no time may be over before anybody has noticed.
    [1.5, 2.5].map((factor) => {
      const durationUs = Math.ceil((fault.durationUs * factor + 1) / SECOND) * SECOND;
      return replaced(subject, { ...fault, durationUs });
    }),
  );
}

function anchored(trials: Trials): readonly Subject[] {
  const starts = startsAfterFacts(trials);
  return trials.best.plan.faults.flatMap((fault) =>
    (starts.get(fault.id) ?? []).map((start) => replaced(trials.best, { ...fault, start })),
  );
}

function richer(subject: Subject): readonly Subject[] {
  const { arrivals, edits } = subject.scenario.workload;
  const more: Partial<Workload>[] = [bodies(subject, 3), bodies(subject, 10)];
  if (arrivals.perSecond > 0) {
    const faster = { arrivals: { ...arrivals, perSecond: 3 * arrivals.perSecond } };
    more.push(faster, { ...faster, ...bodies(subject, 3) });
  }
  if (edits !== undefined) more.push({ edits: { ...edits, sharePpm: 1_000_000, each: 10 } });
  return more.map((change) => withWork(subject, change));
}

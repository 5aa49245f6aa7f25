/**
 * stable-leadership (L7): after the storm leadership rests.
 *
 * Who leads nobody but schedulers say, so this claim is broken by testimony, and by nothing else;
 * that somebody leads at all is for `recovers` to see. Checks: from the heal plus the bound of the
 * preset until the audit, schedulers tell of at most one change of leader, that is, of at most one
 * epoch in which somebody leads and in which nobody had led before. One may be: the last fault may
 * have left a leader that gives up late.
 *
 * Does not check: what stores are to each other, primary or replica; changes that nobody tells of;
 * designs in which nobody leads.
 */
import type { FactOf } from '../history/fact.ts';
import { Aftermath } from './aftermath.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, secondsText, unknown, vacuous } from './first-break.ts';

export const stableLeadership: Claim = {
  id: 'stable-leadership',
  modality: 'eventually',
  sentence: 'After heal and the bound of the preset the leader changes at most once.',
  limits: 'Changes that no scheduler tells of are not seen; roles of stores are not counted.',
  excusedBy: ['rate-error', 'suspend', 'store-durable', 'disk-damage', 'single-copy'],
  judge,
};

const CHANGES_MAX = 1;

function judge({ recoverBoundUs }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const aftermath = new Aftermath(recoverBoundUs);
  /** Epochs in which somebody led. */
  const led = new Set<number>();
  const changes: FactOf<'testified'>[] = [];

  const onLeader = (fact: FactOf<'testified'>, epoch: number): void => {
    if (led.has(epoch) || aftermath.audit !== undefined) return;
    led.add(epoch);
    if (fact.at <= aftermath.fromUs) return;
    changes.push(fact);
    const [first] = changes;
    if (first === undefined || changes.length <= CHANGES_MAX) return;
    const since = secondsText(aftermath.fromUs);
    breaks.add([first, fact], `since ${since} the leader changed ${changes.length} times`);
  };

  return judgeOf(
    {
      phase: (fact) => aftermath.onPhase(fact),
      testified: (fact) => {
        const { said } = fact;
        if (said.kind === 'role' && said.role === 'leader') onLeader(fact, said.epoch);
      },
    },
    () =>
      breaks.or(() => {
        if (led.size === 0) return vacuous('nobody said to lead');
        if (aftermath.heal === undefined) return vacuous('the run had no heal');
        if (aftermath.audit === undefined) return unknown('the run ended before its audit');
        const isOver = aftermath.fromUs < aftermath.untilUs;
        return isOver ? HELD : vacuous('the audit began before the bound was over');
      }),
  );
}

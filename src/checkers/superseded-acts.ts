/**
 * superseded-acts (S16): who was deposed grants nothing any more.
 *
 * Checks: no attempt begins whose grant was decided under an epoch when somebody had testified
 * before that it leads under a later one. Testimony says when a grant was decided and who led; a
 * grant counts only where a body with that very token began, for what a deposed member decides and
 * cannot make durable comes to nothing, and is no break.
 *
 * Where shards have owners of their own, each is judged by itself, by the epochs of its owners.
 *
 * Does not check: launches that were decided before, and arrive or are sent again later: they carry
 * the old token, and its first decision counts. Designs in which nobody leads, or nobody says so.
 * What such a launch then does to the outside world is for `token-order`.
 */
import type { FactOf, Token } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { decisionsFor } from './decisions.ts';
import { FirstBreak, HELD, judgeOf, secondsText, tokenText, vacuous } from './first-break.ts';

export const supersededActs: Claim = {
  id: 'superseded-acts',
  modality: 'always',
  sentence: 'No attempt begins that was granted under an epoch after a later one had a leader.',
  limits: 'Grants decided before may still begin. Designs without a leader are not judged.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

type Testified = FactOf<'testified'>;

interface Late {
  readonly leads: Testified;
  readonly grant: Testified;
  readonly token: Token;
}

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const decisions = decisionsFor(context);
  /** By shard, or under `undefined`: the first who said to lead under the greatest epoch so far. */
  const leaders = new Map<
    number | undefined,
    { readonly leads: Testified; readonly epoch: number }
  >();
  /** Grants decided when somebody led under a later epoch; most come to nothing. */
  const late = new Map<string, Late[]>();

  const onLeader = (fact: Testified, shard: number | undefined, epoch: number): void => {
    const before = leaders.get(shard)?.epoch ?? Number.NEGATIVE_INFINITY;
    if (epoch > before) leaders.set(shard, { leads: fact, epoch });
  };

  const onTestified = (fact: Testified): void => {
    const { said } = fact;
    if (said.kind === 'role' && said.role === 'leader') onLeader(fact, undefined, said.epoch);
    if (said.kind === 'shard' && said.event === 'owned') onLeader(fact, said.shard, said.epoch);
    if (said.kind !== 'dispatched') return;
    const { job, token } = said;
    decisions.onTestified(fact);
    const leader = leaders.get(said.shard);
    if (leader === undefined || token.epoch >= leader.epoch || fact.at <= leader.leads.at) return;
    const { leads } = leader;
    if (decisions.atUs(job, token) !== fact.at) return;
    late.set(job, [...(late.get(job) ?? []), { leads, grant: fact, token }]);
  };

  const onBegan = (fact: FactOf<'body-began'>): void => {
    if (late.size === 0) return;
    const found = late.get(fact.job)?.find(({ token }) => compareTokens(token, fact.token) === 0);
    if (found === undefined) return;
    const { leads, grant } = found;
    const what = `job ${fact.job} began as ${tokenText(fact.token)}, granted by ${grant.machine}`;
    const since = `when ${leads.machine} led under a later epoch since ${secondsText(leads.at)}`;
    breaks.add([leads, grant, fact], `${what} at ${secondsText(grant.at)}, ${since}`);
  };

  return judgeOf({ testified: onTestified, 'body-began': onBegan }, () =>
    breaks.or(() => (leaders.size === 0 ? vacuous('nobody said to lead') : HELD)),
  );
}

/**
 * River's leader election (riverqueue/river, internal/leadership, since its pull request 1213), as
 * a pure step. The row says until when its holder leads, by the clock of the database, which
 * decides alone; the row is locked while it is looked at and written, in one transaction.
 *
 *     ttl 15 s        |------------------------------|   the database lets others take over
 *     trust 14 s      |----------------------------|     the leader stops, by its monotonic clock,
 *     elect 5 s       |---------|---------|              counted from before it asked
 *
 * A term is (leader, elected at): taking, renewing and giving back are all conditional on it. Who
 * resigns says so on a channel, and followers bid 0 to 50 ms later. After an error a follower waits
 * 1, 2, 4 … 512 s, a tenth more or less, also when the database is back by then.
 *
 * Bids and renewals are given up after 5 s. What the product does not have is the epoch in the row:
 * it is what a member that is fenced writes its commits under.
 */
import type { MonotonicUs } from '../../lib/units.ts';
import { SECOND } from '../../lib/units.ts';
import type { StoreOp, StoreOutcome, StoreRow } from '../store/protocol.ts';
import type { Election, ElectionAction, ElectionEvent, ElectionStep, Moment } from './election.ts';
import { commitsFor, EPOCH_ROW, LEASE_ROW } from './election.ts';

export interface RiverConfig {
  readonly electUs: number;
  /** A follower waits for up to so much longer. */
  readonly electJitterUs: number;
  /** A leader leads for so long after a bid or renewal, by the clock of the database. */
  readonly ttlUs: number;
  /** It trusts that for so much less, by its own. */
  readonly marginUs: number;
  /** What is not answered after this is given up. */
  readonly attemptUs: number;
  /** Once the leader has resigned, a bid follows after up to this. */
  readonly wakeUpUs: number;
}

/** The lease row's value; there is none once it was given back. */
export interface RiverRow {
  readonly leader: string;
  readonly electedAtUs: number;
  readonly expiresAtUs: number;
  readonly epoch: number;
}

interface Attempt {
  readonly sinceUs: MonotonicUs;
  /** What is to be written once the row is locked and read; then what was written. */
  readonly written: RiverRow | undefined;
}

export interface RiverState {
  readonly me: string;
  readonly phase: 'following' | 'leading' | 'resigning';
  /** The term that it leads by, or gives back. */
  readonly term: RiverRow | undefined;
  readonly trustedUntilUs: number;
  readonly attempt: Attempt | undefined;
  /** Attempts in a row that ended in an error; of giving back, all. */
  readonly errors: number;
  /** Somebody resigned while a bid was under way. */
  readonly isWoken: boolean;
  readonly isStopping: boolean;
  /** As last seen. */
  readonly holder: string | undefined;
}

type Step = ElectionStep<RiverState>;
export type StepRiver = (
  state: RiverState,
  event: ElectionEvent,
  config: RiverConfig,
  moment: Moment,
) => Step;

export const RESIGNED = 'river_leadership';
const RESIGN_TRIES = 3;
/** Waits double from a second on, and begin anew after so many. */
const BACKOFFS = 10;
const LEADERS_BACKOFFS = 3;

export const river = (config: RiverConfig, step: StepRiver): Election<RiverState> => ({
  begin: (me, { nowUs }) => ({
    state: {
      me,
      phase: 'following',
      term: undefined,
      trustedUntilUs: nowUs,
      attempt: undefined,
      errors: 0,
      isWoken: false,
      isStopping: false,
      holder: undefined,
    },
    actions: [{ kind: 'timer', afterUs: 0, spreadUs: config.electUs }],
  }),
  step: (state, event, moment) => step(state, event, config, moment),
  holderOf: ({ holder }) => holder,
});

export function stepRiver(
  state: RiverState,
  event: ElectionEvent,
  config: RiverConfig,
  moment: Moment,
): Step {
  switch (event.kind) {
    case 'timer':
      return onTimer(state, config, moment);
    case 'answer':
      return onAnswer(state, event.outcome, config, moment);
    case 'notified':
      return onResigned(state, config);
    case 'changed':
      return { state, actions: [] };
    case 'deposed':
      return state.phase === 'leading' ? stop(state, 'deposed', config, moment) : idle(state);
    case 'release':
      return release({ ...state, isStopping: true }, config, moment);
  }
}

const idle = (state: RiverState): Step => ({ state, actions: [] });

// Attempts.

function onTimer(state: RiverState, config: RiverConfig, moment: Moment): Step {
  // What is under way has taken too long: rolled back, should it ever come to that.
  if (state.attempt !== undefined) {
    const { state: next, actions } = onError(state, config, moment);
    return { state: next, actions: [call([{ kind: 'rollback' }]), ...actions] };
  }
  if (state.phase === 'leading' && trustUs(state, moment) <= 0) {
    return stop(state, 'the term is trusted no longer', config, moment);
  }
  return attempt(state, config, moment);
}

/** Locks the row and reads it; followers also say that they want to hear of resignations. */
function attempt(state: RiverState, config: RiverConfig, moment: Moment): Step {
  const ops: StoreOp[] = [
    { kind: 'listen', channel: RESIGNED },
    { kind: 'begin' },
    { kind: 'read', key: LEASE_ROW, forUpdate: true },
    { kind: 'read', key: EPOCH_ROW },
    { kind: 'now' },
  ];
  const next = { ...state, attempt: { sinceUs: moment.nowUs, written: undefined }, isWoken: false };
  return { state: next, actions: [timer(patienceUs(state, config, moment)), call(ops)] };
}

function patienceUs(state: RiverState, config: RiverConfig, moment: Moment): number {
  if (state.phase === 'leading') return Math.min(config.attemptUs, trustUs(state, moment));
  return state.phase === 'resigning' ? (state.errors + 1) * SECOND : config.attemptUs;
}

const trustUs = ({ trustedUntilUs }: RiverState, { nowUs }: Moment): number =>
  Math.max(0, trustedUntilUs - nowUs);

function onError(state: RiverState, config: RiverConfig, moment: Moment): Step {
  const { phase, isStopping } = state;
  const next = { ...state, attempt: undefined, errors: state.errors + 1 };
  const { errors } = next;
  if (phase === 'leading') {
    const restUs = trustUs(next, moment);
    if (restUs === 0) return stop(next, 'the term is trusted no longer', config, moment);
    return { state: next, actions: [backoff(errors, LEADERS_BACKOFFS, restUs)] };
  }
  if (phase === 'following') return { state: next, actions: [backoff(errors, BACKOFFS)] };
  if (errors < RESIGN_TRIES) return { state: next, actions: [backoff(errors, LEADERS_BACKOFFS)] };
  // The time limit of the row sees to the rest.
  return isStopping ? leave(next) : follow(next, config, moment);
}

/** 1 s, doubled each time, a tenth more or less; the first again after `limit` of them. */
function backoff(errors: number, limit: number, mostUs: number = Infinity): ElectionAction {
  const waitUs = 2 ** ((errors - 1) % limit) * SECOND;
  const afterUs = Math.min(0.9 * waitUs, mostUs);
  return { kind: 'timer', afterUs, spreadUs: Math.min(0.2 * waitUs, mostUs - afterUs) };
}

// Answers.

function onAnswer(
  state: RiverState,
  outcome: StoreOutcome,
  config: RiverConfig,
  moment: Moment,
): Step {
  // To a rollback that nobody waits for.
  if (state.attempt === undefined) return idle(state);
  if (outcome.kind !== 'ok') return onError(state, config, moment);
  const { written } = state.attempt;
  if (written !== undefined) return onWritten(state, written, outcome.version, config, moment);
  const [lease, last, now] = outcome.rows as readonly [StoreRow, StoreRow, StoreRow];
  const row = lease.value as RiverRow | undefined;
  const seen = { ...state, holder: row?.leader };
  const nowUs = now.value as number;
  switch (state.phase) {
    case 'following': {
      const used = Math.max(epochOf(last), row?.epoch ?? 0, moment.epochsUsed);
      return bid(seen, row, { nowUs, epoch: used + 1 }, config);
    }
    case 'leading':
      return renew(seen, row, nowUs, config, moment);
    case 'resigning':
      return resign(seen, row, config, moment);
  }
}

const epochOf = ({ value }: StoreRow): number =>
  (value as { epoch: number } | undefined)?.epoch ?? 0;

function bid(
  state: RiverState,
  row: RiverRow | undefined,
  { nowUs, epoch }: { readonly nowUs: number; readonly epoch: number },
  config: RiverConfig,
): Step {
  if (row !== undefined && nowUs <= row.expiresAtUs) return denied(state, config);
  const { me } = state;
  const mine = { leader: me, electedAtUs: nowUs, expiresAtUs: nowUs + config.ttlUs, epoch };
  const step = write(state, mine, [
    { kind: 'write', key: EPOCH_ROW, value: { epoch } },
    commitsFor(epoch),
  ]);
  if (row === undefined) return step;
  const seen: ElectionAction = { kind: 'expired-seen', epoch: row.epoch };
  return { ...step, actions: [seen, ...step.actions] };
}

function denied(state: RiverState, config: RiverConfig): Step {
  const next = { ...state, attempt: undefined, errors: 0, isWoken: false };
  const { electUs, electJitterUs } = config;
  const again: ElectionAction = state.isWoken
    ? { kind: 'timer', afterUs: 0, spreadUs: config.wakeUpUs }
    : { kind: 'timer', afterUs: electUs, spreadUs: electJitterUs };
  return { state: next, actions: [call([{ kind: 'rollback' }]), again] };
}

/** Only its own term is renewed, and only one that has not run out. */
function renew(
  state: RiverState,
  row: RiverRow | undefined,
  nowUs: number,
  config: RiverConfig,
  moment: Moment,
): Step {
  if (row === undefined || !isTerm(row, state.term) || nowUs > row.expiresAtUs) {
    const rollback = call([{ kind: 'rollback' }]);
    const lost: ElectionAction = { kind: 'stopped', why: 'the term is over' };
    const { state: next, actions } = follow({ ...state, attempt: undefined }, config, moment);
    return { state: next, actions: [rollback, lost, ...actions] };
  }
  return write(state, { ...row, expiresAtUs: nowUs + config.ttlUs }, []);
}

function resign(
  state: RiverState,
  row: RiverRow | undefined,
  config: RiverConfig,
  moment: Moment,
): Step {
  if (row !== undefined && isTerm(row, state.term)) {
    return write(state, undefined, [{ kind: 'notify', channel: RESIGNED, payload: state.me }]);
  }
  return over({ state, actions: [call([{ kind: 'rollback' }])] }, config, moment);
}

const isTerm = (row: RiverRow, term: RiverRow | undefined): boolean =>
  row.leader === term?.leader && row.electedAtUs === term.electedAtUs;

function write(state: RiverState, row: RiverRow | undefined, more: readonly StoreOp[]): Step {
  const attempt = state.attempt as Attempt;
  const written = row ?? (state.term as RiverRow);
  const own: StoreOp = { kind: 'write', key: LEASE_ROW, value: row };
  return {
    state: { ...state, attempt: { ...attempt, written } },
    actions: [call([own, ...more, { kind: 'commit' }])],
  };
}

function onWritten(
  state: RiverState,
  row: RiverRow,
  version: number,
  config: RiverConfig,
  moment: Moment,
): Step {
  if (state.phase === 'resigning')
    return over(idle({ ...state, holder: undefined }), config, moment);
  const { sinceUs } = state.attempt as Attempt;
  const trustedUntilUs = sinceUs + config.ttlUs - config.marginUs;
  const next: RiverState = {
    ...state,
    phase: 'leading',
    term: row,
    trustedUntilUs,
    attempt: undefined,
    errors: 0,
    holder: state.me,
  };
  const again = timer(Math.min(config.electUs, trustUs(next, moment)));
  if (state.phase === 'leading') return { state: next, actions: [again] };
  return { state: next, actions: [again, { kind: 'elected', epoch: row.epoch, version }] };
}

// Ends of terms.

function stop(state: RiverState, why: string, config: RiverConfig, moment: Moment): Step {
  const next: RiverState = { ...state, phase: 'resigning', attempt: undefined, errors: 0 };
  const { state: after, actions } = attempt(next, config, moment);
  return { state: after, actions: [{ kind: 'stopped', why }, ...actions] };
}

/** Given back, or not its own any more. */
function over({ state, actions }: Step, config: RiverConfig, moment: Moment): Step {
  const next = { ...state, attempt: undefined };
  const { state: after, actions: more } = state.isStopping
    ? leave(next)
    : follow(next, config, moment);
  return { state: after, actions: [...actions, ...more] };
}

/** A bid at once: who resigned may lead again. */
function follow(state: RiverState, config: RiverConfig, moment: Moment): Step {
  return attempt({ ...state, phase: 'following', term: undefined, errors: 0 }, config, moment);
}

const leave = (state: RiverState): Step => ({
  state,
  actions: [{ kind: 'left' }],
});

function release(state: RiverState, config: RiverConfig, moment: Moment): Step {
  if (state.phase === 'leading') return stop(state, 'asked to stop', config, moment);
  return state.phase === 'resigning' ? attempt(state, config, moment) : leave(state);
}

/** Somebody resigned: a bid soon, unless this one waits for a database that is in trouble. */
function onResigned(state: RiverState, config: RiverConfig): Step {
  if (state.phase !== 'following' || state.isStopping) return idle(state);
  if (state.attempt !== undefined) return idle({ ...state, isWoken: true });
  if (state.errors > 0) return idle(state);
  return { state, actions: [{ kind: 'timer', afterUs: 0, spreadUs: config.wakeUpUs }] };
}

const call = (ops: readonly StoreOp[]): ElectionAction => ({ kind: 'call', ops });
const timer = (afterUs: number): ElectionAction => ({ kind: 'timer', afterUs });

/** A follower's longest wait, once the database has not answered, or refused, for so long. */
export function riverBackoffUsMax(outageUs: number): number {
  let waitUs: number = SECOND;
  // Errors may come at once, so only the waits before this one are sure to have passed.
  for (let sumUs = 0; waitUs < 2 ** (BACKOFFS - 1) * SECOND; waitUs *= 2) {
    sumUs += 0.9 * waitUs;
    if (sumUs > outageUs) break;
  }
  return 1.1 * waitUs;
}

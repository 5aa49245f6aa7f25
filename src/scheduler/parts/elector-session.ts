/**
 * Election by a session, as with ZooKeeper's ephemeral nodes and Curator's LeaderLatch, as a pure
 * step. Whoever makes the row leads; the row goes with the session of its owner, and it is the
 * server that ends a session, when it has heard nothing of it for the timeout. Everybody watches
 * the row, so the next one takes over as soon as it is gone; what is told may be lost, so everybody
 * also looks with every ping.
 *
 *     timeout 10 s    |------------------------------|   the server ends the session
 *     suspended       |--------------------|             the client stops: it has heard nothing
 *     ping            |---------|---------|              for two thirds of the timeout
 *
 * The client counts from what it hears, the server from what it hears: an answer that was under way
 * for longer than a third of the timeout, or a pause, lets a client decide although its session is
 * over. It learns of that late, and begins another session then.
 *
 * The epoch is in a row of its own, which nobody deletes: it survives every release. Making the row
 * and raising the epoch is one transaction on condition of both rows as they were seen.
 */
import type { MonotonicUs } from '../../lib/units.ts';
import type { StoreOp, StoreOutcome, StoreRow } from '../store/protocol.ts';
import type { Election, ElectionEvent, ElectionStep, Moment } from './election.ts';
import { commitsFor, EPOCH_ROW, LEASE_ROW } from './election.ts';

export interface SessionConfig {
  readonly timeoutUs: number;
}

/** The lease row's value. */
export interface SessionRow {
  readonly holder: string;
  readonly epoch: number;
}

export interface SessionState {
  readonly me: string;
  /** By which it leads. */
  readonly epoch: number | undefined;
  /** Epoch of the row that it made or is making in this session. */
  readonly made: number | undefined;
  /** The store has said that the session is open. */
  readonly isOpen: boolean;
  /** What is under way. */
  readonly calling: 'look' | 'make' | 'close' | undefined;
  /** When the store was last heard of, by the local monotonic clock. */
  readonly heardAtUs: MonotonicUs;
  readonly isStopping: boolean;
  /** As last seen. */
  readonly holder: string | undefined;
}

type Step = ElectionStep<SessionState>;
export type StepSession = (
  state: SessionState,
  event: ElectionEvent,
  config: SessionConfig,
  moment: Moment,
) => Step;

export const session = (config: SessionConfig, step: StepSession): Election<SessionState> => ({
  begin: (me, { nowUs }) => ({
    state: {
      me,
      epoch: undefined,
      made: undefined,
      isOpen: false,
      calling: undefined,
      heardAtUs: nowUs,
      isStopping: false,
      holder: undefined,
    },
    actions: [{ kind: 'timer', afterUs: 0 }],
  }),
  step: (state, event, moment) => step(state, event, config, moment),
  holderOf: ({ holder }) => holder,
});

export const pingUsOf = ({ timeoutUs }: SessionConfig): number => Math.floor(timeoutUs / 3);
export const suspendedUsOf = ({ timeoutUs }: SessionConfig): number =>
  Math.floor((2 * timeoutUs) / 3);

export function stepSession(
  state: SessionState,
  event: ElectionEvent,
  config: SessionConfig,
  moment: Moment,
): Step {
  switch (event.kind) {
    case 'timer':
      return onTimer(state, config, moment);
    case 'answer':
      return onAnswer({ ...state, calling: undefined }, event.outcome, config, moment);
    case 'changed':
      // Gone, or another's: to be seen together with the epoch. A call under way will tell.
      return state.calling === undefined && !state.isStopping
        ? look(state, config, moment.nowUs)
        : idle(state);
    case 'notified':
      return idle(state);
    case 'deposed': {
      if (state.epoch === undefined) return idle(state);
      const stopped = stop(state, 'deposed');
      return join(stopped, look(stopped.state, config, moment.nowUs));
    }
    case 'release':
      return release(state);
  }
}

const idle = (state: SessionState): Step => ({ state, actions: [] });

function onTimer(state: SessionState, config: SessionConfig, { nowUs }: Moment): Step {
  const isSuspended = nowUs - state.heardAtUs >= suspendedUsOf(config);
  const why = 'suspended: nothing heard of the store';
  const step = isSuspended && state.epoch !== undefined ? stop(state, why) : idle(state);
  // A call under way is sent again and again, and says as much as a ping.
  if (state.calling === undefined) return join(step, look(step.state, config, nowUs));
  return join(step, again(step.state, config, nowUs));
}

/** The next ping, or the moment at which a leader is suspended, if that is earlier. */
function again(state: SessionState, config: SessionConfig, nowUs: MonotonicUs): Step {
  const restUs = state.heardAtUs + suspendedUsOf(config) - nowUs;
  const isLeading = state.epoch !== undefined && restUs > 0;
  const afterUs = isLeading ? Math.min(restUs, pingUsOf(config)) : pingUsOf(config);
  return { state, actions: [{ kind: 'timer', afterUs }] };
}

/** Opens the session where it is new, says that it lives, and sees both rows as they are. */
function look(state: SessionState, config: SessionConfig, nowUs: MonotonicUs): Step {
  const { timeoutUs } = config;
  const ops: StoreOp[] = [
    state.isOpen ? { kind: 'ping' } : { kind: 'session', timeoutUs },
    { kind: 'watch', key: LEASE_ROW },
    { kind: 'begin' },
    { kind: 'read', key: LEASE_ROW },
    { kind: 'read', key: EPOCH_ROW },
    { kind: 'rollback' },
  ];
  return ask({ ...state, calling: 'look' }, ops, config, nowUs);
}

function ask(
  state: SessionState,
  ops: readonly StoreOp[],
  config: SessionConfig,
  nowUs: MonotonicUs,
): Step {
  const step = again(state, config, nowUs);
  return { ...step, actions: [...step.actions, { kind: 'call', ops }] };
}

function onAnswer(
  before: SessionState,
  outcome: StoreOutcome,
  config: SessionConfig,
  moment: Moment,
): Step {
  if (before.isStopping) return { state: before, actions: [{ kind: 'left' }] };
  const { nowUs } = moment;
  const state = { ...before, heardAtUs: nowUs };
  switch (outcome.kind) {
    case 'ok': {
      const [lease, last] = outcome.rows;
      if (lease === undefined || last === undefined) {
        return onMade(state, outcome.version, config, nowUs);
      }
      return onSeen({ ...state, isOpen: true }, lease, last, config, moment);
    }
    case 'expired':
      return onExpired(state, config, nowUs);
    case 'conflict':
    case 'new-timeline':
      return look(state, config, nowUs);
    default:
      // No writes are taken now, or a lock was not to be had: as usual, later.
      return again(state, config, nowUs);
  }
}

/** The server has ended the session, and the row with it: another one begins. */
function onExpired(state: SessionState, config: SessionConfig, nowUs: MonotonicUs): Step {
  const step = state.epoch === undefined ? idle(state) : stop(state, 'the session is over');
  const next = look({ ...step.state, made: undefined, isOpen: false }, config, nowUs);
  return {
    state: next.state,
    actions: [...step.actions, { kind: 'new-session' }, ...next.actions],
  };
}

function onSeen(
  before: SessionState,
  lease: StoreRow,
  last: StoreRow,
  config: SessionConfig,
  moment: Moment,
): Step {
  const row = lease.value as SessionRow | undefined;
  const state = { ...before, holder: row?.holder };
  const isMine = row !== undefined && row.holder === state.me && row.epoch === state.made;
  if (isMine && state.epoch === row.epoch) return again(state, config, moment.nowUs);
  const gone = state.epoch === undefined ? idle(state) : stop(state, 'the row is not its own');
  // A row of its own from a term that has ended: nobody leads by it, and a new epoch may start.
  const isFree = row === undefined || isMine;
  const next = isFree
    ? make(gone.state, lease, last, config, moment)
    : again(gone.state, config, moment.nowUs);
  return join(gone, next);
}

function make(
  state: SessionState,
  lease: StoreRow,
  last: StoreRow,
  config: SessionConfig,
  { epochsUsed, nowUs }: Moment,
): Step {
  const known = (last.value as { readonly epoch: number } | undefined)?.epoch ?? 0;
  const epoch = Math.max(known, epochsUsed) + 1;
  const { me } = state;
  const row: SessionRow = { holder: me, epoch };
  const ops: StoreOp[] = [
    { kind: 'begin' },
    { kind: 'cas', key: LEASE_ROW, version: lease.version, value: row, ephemeral: true },
    { kind: 'cas', key: EPOCH_ROW, version: last.version, value: { epoch } },
    commitsFor(epoch),
    { kind: 'commit' },
  ];
  return ask({ ...state, calling: 'make', made: epoch }, ops, config, nowUs);
}

function onMade(
  state: SessionState,
  version: number,
  config: SessionConfig,
  nowUs: MonotonicUs,
): Step {
  const epoch = state.made as number;
  const step = again({ ...state, epoch, holder: state.me }, config, nowUs);
  return { ...step, actions: [...step.actions, { kind: 'elected', epoch, version }] };
}

function release(state: SessionState): Step {
  const isLeading = state.epoch !== undefined;
  if (!isLeading && state.calling !== 'make') return { state, actions: [{ kind: 'left' }] };
  const closing: SessionState = { ...state, isStopping: true, calling: 'close' };
  const step = isLeading ? stop(closing, 'asked to stop') : idle(closing);
  return { ...step, actions: [...step.actions, { kind: 'call', ops: [{ kind: 'close' }] }] };
}

const stop = (state: SessionState, why: string): Step => ({
  state: { ...state, epoch: undefined },
  actions: [{ kind: 'stopped', why }],
});

const join = (first: Step, second: Step): Step => ({
  state: second.state,
  actions: [...first.actions, ...second.actions],
});

/**
 * Oban's election of a leader in its table of peers (oban-bg/oban, Oban.Peers.Database, up to
 * 2.23.0), as a pure step. Each 30 s, a leader each 15 s, and up to a tenth earlier: what has run
 * out is deleted, by the wall clock of whoever looks; then a row is inserted for the next 30 s, by
 * the same clock. Whoever had led before overwrites the time of the row that it finds instead.
 *
 *     interval 30 s   |-----------------------------------------------------------|
 *     half of it      |-----------------------------|      the leader looks again
 *
 * The leader measures nothing: it leads until a look says otherwise. A database that rolls the look
 * back leaves it what it was; one that does not answer for 15 s, or refuses, makes it a follower.
 * And since the row that it prolongs need not be its own, a leader that missed the end of its lease
 * prolongs that of the next, and both lead for as long as both look (their issue 1488; 2.23.1 asks
 * whose row it is).
 *
 * What the product does not have is the epoch in the row: it is what a member that is fenced writes
 * its commits under.
 */
import { MS } from '../../lib/units.ts';
import type { StoreOp, StoreOutcome, StoreRow } from '../store/protocol.ts';
import type { Election, ElectionAction, ElectionEvent, ElectionStep, Moment } from './election.ts';
import { commitsFor, EPOCH_ROW, LEASE_ROW } from './election.ts';

export interface ObanConfig {
  readonly intervalUs: number;
  /** A leader looks so many times as often. */
  readonly boost: number;
  /** Looks come earlier by up to this share. */
  readonly jitter: number;
  /** A database that has not answered for so long is given up. */
  readonly timeoutUs: number;
}

/** The lease row's value; there is none once it was given back. */
export interface ObanRow {
  /** The name of the machine, whichever life of it. */
  readonly node: string;
  readonly expiresAtUs: number;
  readonly epoch: number;
}

type Stage =
  /** Locks the row and reads it. */
  | { readonly kind: 'reading'; readonly isRetry: boolean }
  | { readonly kind: 'writing'; readonly isRetry: boolean; readonly row: ObanRow | undefined }
  /** Rolled back once, and about to be tried again. */
  | { readonly kind: 'retrying' };

export interface ObanState {
  readonly node: string;
  /** By which it leads. */
  readonly epoch: number | undefined;
  readonly stage: Stage | undefined;
  readonly isStopping: boolean;
  /** As last seen. */
  readonly holder: string | undefined;
}

type Step = ElectionStep<ObanState>;
export type StepOban = (
  state: ObanState,
  event: ElectionEvent,
  config: ObanConfig,
  moment: Moment,
) => Step;

export const DOWN = 'oban_leader';
const RETRY_US = 500 * MS;

export const oban = (config: ObanConfig, step: StepOban): Election<ObanState> => ({
  begin: (me) => ({
    state: {
      node: me.split('#')[0] as string,
      epoch: undefined,
      stage: undefined,
      isStopping: false,
      holder: undefined,
    },
    // It looks as soon as it starts.
    actions: [{ kind: 'timer', afterUs: 0 }],
  }),
  step: (state, event, moment) => step(state, event, config, moment),
  holderOf: ({ holder }) => holder,
});

export function stepOban(
  state: ObanState,
  event: ElectionEvent,
  config: ObanConfig,
  moment: Moment,
): Step {
  switch (event.kind) {
    case 'timer':
      return onTimer(state, config);
    case 'answer':
      return onAnswer(state, event.outcome, config, moment);
    case 'notified':
      // Somebody who led is down: everybody looks, but for one that is looking already.
      return state.stage === undefined && !state.isStopping ? look(state, config) : idle(state);
    case 'changed':
      return idle(state);
    case 'deposed':
      return state.epoch === undefined ? idle(state) : deposed(state, config);
    case 'release': {
      if (state.epoch === undefined) return leave(state);
      const stopped = follow({ ...state, isStopping: true }, 'asked to stop');
      return join(stopped, look(stopped.state, config));
    }
  }
}

function onTimer(state: ObanState, config: ObanConfig): Step {
  const { stage } = state;
  if (stage === undefined) return look(state, config);
  if (stage.kind === 'retrying') return look(state, config, true);
  const given = { state, actions: [call([{ kind: 'rollback' }])] };
  return join(given, refused(state, 'the database does not answer', config));
}

function look(state: ObanState, config: ObanConfig, isRetry = false): Step {
  const ops: StoreOp[] = [
    { kind: 'listen', channel: DOWN },
    { kind: 'begin' },
    { kind: 'read', key: LEASE_ROW, forUpdate: true },
    { kind: 'read', key: EPOCH_ROW },
  ];
  const actions = [timer(config.timeoutUs), call(ops)];
  return { state: { ...state, stage: { kind: 'reading', isRetry } }, actions };
}

// Answers.

function onAnswer(
  state: ObanState,
  outcome: StoreOutcome,
  config: ObanConfig,
  moment: Moment,
): Step {
  const { stage } = state;
  // To a rollback that nobody waits for.
  if (stage === undefined || stage.kind === 'retrying') return idle(state);
  switch (outcome.kind) {
    case 'ok':
      if (stage.kind === 'writing') return onWritten(state, stage.row, outcome.version, config);
      return onRead(state, stage.isRetry, outcome.rows, config, moment);
    case 'serialization':
    case 'deadlock':
    case 'lock-timeout':
    case 'no-session':
      return rolledBack(state, stage.isRetry, config);
    default:
      return refused(state, `the database refuses: ${outcome.kind}`, config);
  }
}

/** Once more, and then it stays what it was. */
function rolledBack(state: ObanState, isRetry: boolean, config: ObanConfig): Step {
  if (!isRetry) {
    return { state: { ...state, stage: { kind: 'retrying' } }, actions: [timer(RETRY_US)] };
  }
  return state.isStopping ? leave(state) : again(idle(state), config);
}

function refused(state: ObanState, why: string, config: ObanConfig): Step {
  if (state.isStopping) return leave(state);
  return again(state.epoch === undefined ? idle(state) : follow(state, why), config);
}

function onRead(
  state: ObanState,
  isRetry: boolean,
  rows: readonly StoreRow[],
  config: ObanConfig,
  moment: Moment,
): Step {
  const [lease, last] = rows as readonly [StoreRow, StoreRow];
  const row = lease.value as ObanRow | undefined;
  const seen = { ...state, holder: row?.node };
  if (state.isStopping) return giveBack(seen, row, isRetry);
  const { wallUs, epochsUsed } = moment;
  const expiresAtUs = wallUs + config.intervalUs;
  const isExpired = row !== undefined && row.expiresAtUs < wallUs;
  if (row !== undefined && !isExpired) {
    if (state.epoch === undefined) return denied(seen, config);
    // Whosever it is.
    return write(seen, { ...row, expiresAtUs }, isRetry, []);
  }
  const { node } = state;
  // It takes itself for the leader still: nothing begins anew, but for the row.
  if (state.epoch !== undefined) {
    return write(seen, { node, expiresAtUs, epoch: state.epoch }, isRetry, []);
  }
  const known = (last.value as { readonly epoch: number } | undefined)?.epoch ?? 0;
  const epoch = Math.max(known, row?.epoch ?? 0, epochsUsed) + 1;
  const step = write(seen, { node, expiresAtUs, epoch }, isRetry, [
    { kind: 'write', key: EPOCH_ROW, value: { epoch } },
    commitsFor(epoch),
  ]);
  if (row === undefined) return step;
  return { ...step, actions: [{ kind: 'expired-seen', epoch: row.epoch }, ...step.actions] };
}

function denied(state: ObanState, config: ObanConfig): Step {
  return again({ state, actions: [call([{ kind: 'rollback' }])] }, config);
}

/** The row goes, if it is this node's; all are told in any case. */
function giveBack(state: ObanState, row: ObanRow | undefined, isRetry: boolean): Step {
  const kept = row?.node === state.node ? undefined : row;
  const notice: StoreOp = { kind: 'notify', channel: DOWN, payload: state.node };
  return write(state, kept, isRetry, [notice]);
}

function write(
  state: ObanState,
  row: ObanRow | undefined,
  isRetry: boolean,
  more: readonly StoreOp[],
): Step {
  const own: StoreOp = { kind: 'write', key: LEASE_ROW, value: row };
  return {
    state: { ...state, stage: { kind: 'writing', isRetry, row } },
    actions: [call([own, ...more, { kind: 'commit' }])],
  };
}

function onWritten(
  state: ObanState,
  row: ObanRow | undefined,
  version: number,
  config: ObanConfig,
): Step {
  const seen = { ...state, holder: row?.node };
  if (state.isStopping) return leave(seen);
  if (state.epoch !== undefined || row === undefined) return again(idle(seen), config);
  const { epoch } = row;
  const led = again(idle({ ...seen, epoch }), config);
  return { ...led, actions: [...led.actions, { kind: 'elected', epoch, version }] };
}

// What follows.

/** A look that was under way may have the row locked, which the next leader needs. */
function deposed(state: ObanState, config: ObanConfig): Step {
  const isLooking = state.stage !== undefined && state.stage.kind !== 'retrying';
  const given = { state, actions: isLooking ? [call([{ kind: 'rollback' }])] : [] };
  return again(join(given, follow(state, 'deposed')), config);
}

const idle = (state: ObanState): Step => ({ state, actions: [] });

const follow = (state: ObanState, why: string): Step => ({
  state: { ...state, epoch: undefined },
  actions: [{ kind: 'stopped', why }],
});

/** The next look, by what it is now. */
function again({ state, actions }: Step, config: ObanConfig): Step {
  const { intervalUs, boost, jitter } = config;
  const baseUs = state.epoch === undefined ? intervalUs : intervalUs / boost;
  const spreadUs = Math.round(baseUs * jitter);
  const next: ElectionAction = { kind: 'timer', afterUs: baseUs - spreadUs, spreadUs };
  return { state: { ...state, stage: undefined }, actions: [...actions, next] };
}

const leave = (state: ObanState): Step => ({ state, actions: [{ kind: 'left' }] });

const join = (first: Step, second: Step): Step => ({
  state: second.state,
  actions: [...first.actions, ...second.actions],
});

const call = (ops: readonly StoreOp[]): ElectionAction => ({ kind: 'call', ops });
const timer = (afterUs: number): ElectionAction => ({ kind: 'timer', afterUs });

import type { StoreOp, StoreOutcome } from '../store/protocol.ts';
import type { Election, ElectionAction, ElectionStep, Moment } from './election.ts';
import { commitsFor, LEASE_ROW } from './election.ts';
import type {
  Elector,
  ElectorAction,
  ElectorConfig,
  ElectorEvent,
  LeaseRecord,
  StepElector,
} from './elector.ts';
import { newElector, RELEASED } from './elector.ts';

/**
 * client-go's election on a store: the row is read and watched, and written by compare-and-set.
 */
export interface ClientGoState {
  readonly elector: Elector;
  /** The record of the compare-and-set under way. */
  readonly writing: LeaseRecord | undefined;
  readonly isStopping: boolean;
}

type Step = ElectionStep<ClientGoState>;

const LOOK: readonly StoreOp[] = [
  { kind: 'read', key: LEASE_ROW },
  { kind: 'watch', key: LEASE_ROW },
];

export function clientGo(config: ElectorConfig, stepElector: StepElector): Election<ClientGoState> {
  const elect = (state: ClientGoState, event: ElectorEvent, moment: Moment): Step => {
    const { nowUs, wallUs } = moment;
    const { elector, actions } = stepElector(state.elector, event, config, nowUs, wallUs);
    return actions.reduce(withAction, { state: { ...state, elector }, actions: [] });
  };
  return {
    begin: (me, { nowUs }) => ({
      state: { elector: newElector(me, nowUs), writing: undefined, isStopping: false },
      actions: [{ kind: 'timer', afterUs: 0, spreadUs: config.retryUs }],
    }),
    step: (state, event, moment) => {
      switch (event.kind) {
        case 'timer':
          return elect(state, event, moment);
        case 'answer':
          return onAnswer(state, event.outcome, moment, elect);
        case 'changed': {
          // A lease that was given back is looked at at once; all else is seen in time.
          const isFree = (event.row.value as LeaseRecord | undefined)?.holder === RELEASED;
          const looks = isFree && !state.elector.isLeader && !state.isStopping;
          return { state, actions: looks ? [{ kind: 'look' }] : [] };
        }
        case 'deposed':
          return elect(state, event, moment);
        case 'release': {
          const step = elect({ ...state, isStopping: true }, event, moment);
          return step.state.writing === undefined ? leaving(step) : step;
        }
        case 'notified':
          return { state, actions: [] };
      }
    },
    holderOf: ({ elector }) => {
      const holder = elector.record?.holder;
      return holder === RELEASED ? undefined : holder;
    },
  };
}

/** One more thing that the elector wants, in words of the store. */
function withAction({ state, actions }: Step, action: ElectorAction): Step {
  switch (action.kind) {
    case 'read':
      return { state: { ...state, writing: undefined }, actions: [...actions, call(LOOK)] };
    case 'write':
      return writing({ state, actions }, action.version, action.record);
    case 'renewed':
      return { state, actions };
    default:
      return { state, actions: [...actions, action] };
  }
}

/**
 * Taking the lease also moves the commit row to the new epoch: nobody older commits after it.
 * Giving it back does the same, so that what the term has under way is not committed behind it.
 */
function writing({ state, actions }: Step, version: number, record: LeaseRecord): Step {
  const ops: StoreOp[] = [{ kind: 'begin' }];
  ops.push({ kind: 'cas', key: LEASE_ROW, version, value: record });
  if (!state.elector.isLeader) ops.push(commitsFor(record.epoch));
  ops.push({ kind: 'commit' });
  return { state: { ...state, writing: record }, actions: [...actions, call(ops)] };
}

function onAnswer(
  before: ClientGoState,
  outcome: StoreOutcome,
  moment: Moment,
  elect: (state: ClientGoState, event: ElectorEvent, moment: Moment) => Step,
): Step {
  const state = { ...before, writing: undefined };
  if (before.isStopping) return onGivenBack(state, outcome);
  if (outcome.kind === 'ok' && before.writing !== undefined) {
    const event = { kind: 'written', version: outcome.version, record: before.writing } as const;
    return elect(state, event, moment);
  }
  const row = outcome.kind === 'ok' ? outcome.rows[0] : undefined;
  const found = outcome.kind === 'conflict' ? outcome.row : row;
  if (found === undefined) return { state, actions: [] };
  const record = found.value as LeaseRecord | undefined;
  const event = { kind: 'row', version: found.version, record } as const;
  return elect(state, { ...event, epochsAfter: moment.epochsUsed }, moment);
}

/** It may have been renewed under way, by a call that was given up for this one. */
function onGivenBack(state: ClientGoState, outcome: StoreOutcome): Step {
  const row = outcome.kind === 'conflict' ? outcome.row : undefined;
  const record = row?.value as LeaseRecord | undefined;
  const step = { state, actions: [] };
  if (row === undefined || record?.holder !== state.elector.me) return leaving(step);
  return writing(step, row.version, { ...record, holder: RELEASED });
}

const call = (ops: readonly StoreOp[]): ElectionAction => ({ kind: 'call', ops });

const leaving = ({ state, actions }: Step): Step => ({
  state,
  actions: [...actions, { kind: 'left' }],
});

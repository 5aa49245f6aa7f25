import { assert } from '../../lib/assert.ts';
import { monotonicUs, wallUs } from '../../lib/units.ts';
import type {
  Election,
  ElectionAction,
  ElectionEvent,
  Moment,
} from '../../scheduler/parts/election.ts';
import type { StoreOp, StoreOutcome } from '../../scheduler/store/protocol.ts';
import { NOW_US, WALL_NOW_US } from './instants.ts';

export type Call = readonly StoreOp[];

/** One member, with everything of its that is under way, as plain data. */
export interface Member<S> {
  readonly mode: 'up' | 'paused' | 'down';
  /** Which life of it this is, or was. */
  readonly life: number;
  readonly state: S | undefined;
  /** The epoch that it acts under: it was told to begin, and not yet to stop. 0 when none. */
  readonly leads: number;
  /** When its timer is due, by its monotonic clock; -1 when it is not set. */
  readonly dueUs: number;
  /** Under way to the store, oldest first; all but the last, at least, were given up. */
  readonly calls: readonly Call[];
  /** Under way from earlier lives: sessions of their own, so nothing that comes later ends them. */
  readonly strays: readonly Call[];
  /** Whether it waits for the answer to the call that it made last. */
  readonly waits: boolean;
  /** Under way from the store. */
  readonly answer: { readonly outcome: StoreOutcome; readonly ticks: number } | undefined;
  readonly isStopping: boolean;
  /** Nothing passes between it and the store. */
  readonly isCut: boolean;
  readonly ratePpm: number;
  /** How far somebody has set its wall clock. */
  readonly wallAheadUs: number;
}

/** The protocol, and how a model looks into its state. */
export interface Protocol<S> {
  readonly election: Election<S>;
  /** Whether by its own state it leads. */
  readonly leadsIn: (state: S) => boolean;
}

export interface Reaction<S> {
  readonly member: Member<S>;
  /** 0 when it was not elected. */
  readonly elected: number;
  readonly hasStopped: boolean;
  /** What must not be. */
  readonly flaw: string | undefined;
}

interface Gathered<S> {
  member: Member<S>;
  elected: number;
  hasStopped: boolean;
}

/** Carries out what the protocol wants, as {@link Candidate} does, on plain data. */
export class Actor<S> {
  readonly #protocol: Protocol<S>;

  constructor(protocol: Protocol<S>) {
    this.#protocol = protocol;
  }

  begin(former: Member<S>, me: string, draw: number): Reaction<S> {
    const { state, actions } = this.#protocol.election.begin(me, momentOf(former));
    const member: Member<S> = { ...former, mode: 'up', life: former.life + 1, state };
    return this.#carryOut({ member, elected: 0, hasStopped: false }, actions, draw);
  }

  step(before: Member<S>, event: ElectionEvent, draw: number): Reaction<S> {
    const gathered = { member: before, elected: 0, hasStopped: false };
    return this.#carryOut(gathered, this.#stepped(gathered, event), draw);
  }

  #stepped(gathered: Gathered<S>, event: ElectionEvent): readonly ElectionAction[] {
    const { member } = gathered;
    assert(member.state !== undefined, 'a member without a state');
    const step = this.#protocol.election.step(member.state, event, momentOf(member));
    if (step.state !== member.state) gathered.member = { ...member, state: step.state };
    return step.actions;
  }

  #carryOut(gathered: Gathered<S>, actions: readonly ElectionAction[], draw: number): Reaction<S> {
    for (const action of actions) this.#act(gathered, action, draw);
    const { member, elected, hasStopped } = gathered;
    return { member, elected, hasStopped, flaw: this.#flawOf(member) };
  }

  #act(gathered: Gathered<S>, action: ElectionAction, draw: number): void {
    const { member } = gathered;
    switch (action.kind) {
      case 'call':
        gathered.member = called(member, action.ops);
        return;
      case 'timer': {
        const { afterUs, spreadUs = 0 } = action;
        gathered.member = { ...member, dueUs: NOW_US + afterUs + Math.floor(draw * spreadUs) };
        return;
      }
      case 'look': {
        const actions = this.#stepped(gathered, { kind: 'timer', draw });
        for (const each of actions) this.#act(gathered, each, draw);
        return;
      }
      case 'elected':
        gathered.elected = action.epoch;
        gathered.member = { ...member, leads: action.epoch };
        return;
      case 'stopped':
        gathered.hasStopped = true;
        gathered.member = { ...member, leads: 0 };
        return;
      case 'left':
        gathered.member = gone(member);
        return;
      case 'expired-seen':
        return;
      case 'new-session':
        assert(false, 'sessions that end are not modelled');
    }
  }

  #flawOf({ state, mode, leads, dueUs, waits, isStopping }: Member<S>): string | undefined {
    if (mode !== 'up' || state === undefined || isStopping) return undefined;
    if (this.#protocol.leadsIn(state) && leads === 0) return 'holds the lease, and does not lead';
    if (dueUs < 0 && !waits) return 'waits for nothing, and will never stand again';
    return undefined;
  }
}

/** A new call gives an open one up, which may still arrive, and whose answer is ignored. */
const called = <S>(member: Member<S>, ops: Call): Member<S> => ({
  ...member,
  calls: [...member.calls, ops],
  waits: true,
  answer: undefined,
});

/** Nothing is left of it but what is under way to the store, and its clocks. */
export const gone = <S>(member: Member<S>): Member<S> => ({
  ...member,
  mode: 'down',
  state: undefined,
  leads: 0,
  dueUs: -1,
  calls: [],
  strays: [...member.strays, ...member.calls],
  waits: false,
  answer: undefined,
  isStopping: false,
});

const momentOf = <S>({ wallAheadUs }: Member<S>): Moment => ({
  nowUs: monotonicUs(NOW_US),
  wallUs: wallUs(WALL_NOW_US + wallAheadUs),
  epochsUsed: 0,
});

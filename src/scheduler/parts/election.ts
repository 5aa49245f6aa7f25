/**
 * How members of a cluster find out which one leads, with a store between them: what an election
 * protocol is, and the candidate that carries one out. A protocol is a pure step from events to
 * actions; what it knows, it knows from answers of the store, its own clocks and its draws.
 *
 *   election.ts           the interface, and who drives it (this file)
 *   elector.ts            client-go's step; elector-client-go.ts makes a protocol of it
 *   elector-river.ts      a row with a time limit by the clock of the database
 *   elector-oban.ts       a row with a time limit by the clocks of the members
 *   elector-session.ts    a row that goes when the session of its owner ends, as in ZooKeeper
 *
 * An epoch is never given twice: it is beyond those in the rows, beyond those of earlier timelines
 * of the store, and beyond all that workers have heard of.
 */
import type { Host, Message } from '../../host/host.ts';
import type { MonotonicUs, WallUs } from '../../lib/units.ts';
import { MS } from '../../lib/units.ts';
import type {
  StoreAnswer,
  StoreChanged,
  StoreNotified,
  StoreOp,
  StoreOutcome,
  StoreRow,
} from '../store/protocol.ts';
import { epochsAfter } from '../store/protocol.ts';
import type { Out } from './out.ts';
import { StoreSession, type StoreSite } from './store-session.ts';

/** Who leads. */
export const LEASE_ROW = 'lease';
/** The latest epoch that was given, where the lease row may be deleted. */
export const EPOCH_ROW = 'epoch';
/** Whose commits count: a new leader moves it to its epoch when it takes the lease. */
export const COMMIT_ROW = 'commit';

/** Nobody older commits after this. */
export const commitsFor = (epoch: number): StoreOp => ({
  kind: 'write',
  key: COMMIT_ROW,
  value: { epoch, n: 0 },
});

/** The clocks of the member, and what is known about epochs. */
export interface Moment {
  readonly nowUs: MonotonicUs;
  readonly wallUs: WallUs;
  /** Every epoch up to this one may have been in use, whatever the rows say. */
  readonly epochsUsed: number;
}

export type ElectionEvent =
  /** The timer; `draw` is uniform in [0, 1). */
  | { readonly kind: 'timer'; readonly draw: number }
  /** To the last call. */
  | { readonly kind: 'answer'; readonly outcome: StoreOutcome }
  /** A row that is watched was written. It may not be told. */
  | { readonly kind: 'changed'; readonly row: StoreRow }
  /** What was said on a channel. It may not be told. */
  | { readonly kind: 'notified'; readonly payload: string }
  /** The store refused this term's commit, or workers have heard of a later one. */
  | { readonly kind: 'deposed' }
  /** Asked to stop: what is held is given back, and never taken again. */
  | { readonly kind: 'release' };

export type ElectionAction =
  /** Asks the store; an earlier call that is open is given up. */
  | { readonly kind: 'call'; readonly ops: readonly StoreOp[] }
  /** The session is over: the next call begins one under another name. */
  | { readonly kind: 'new-session' }
  /** One timer, set anew: in so long, plus up to `spreadUs`, uniformly drawn. */
  | { readonly kind: 'timer'; readonly afterUs: number; readonly spreadUs?: number }
  /** As if the timer had fired now. */
  | { readonly kind: 'look' }
  | { readonly kind: 'expired-seen'; readonly epoch: number }
  /** `version` is that of the rows written with it. */
  | { readonly kind: 'elected'; readonly epoch: number; readonly version: number }
  | { readonly kind: 'stopped'; readonly why: string }
  /** Everything is given back that can be: the member may go. */
  | { readonly kind: 'left' };

export interface ElectionStep<S> {
  readonly state: S;
  readonly actions: readonly ElectionAction[];
}

/** An election protocol. */
export interface Election<S> {
  readonly begin: (me: string, moment: Moment) => ElectionStep<S>;
  readonly step: (state: S, event: ElectionEvent, moment: Moment) => ElectionStep<S>;
  /** Who leads, as far as this one has seen: a holder as rows name it; nobody when undefined. */
  readonly holderOf: (state: S) => string | undefined;
}

/** What a candidate needs of the member that it is of. */
export interface CandidatePort {
  readonly host: Pick<Host, 'monotonicUs' | 'wallUs' | 'random'>;
  readonly out: Out<unknown>;
  readonly site: StoreSite;
  /** Of this life of the member and no other. */
  readonly me: string;
  /** The latest epoch that workers have heard of. */
  readonly heardOf: () => number;
  readonly elected: (epoch: number, version: number) => void;
  readonly stopped: (why: string) => void;
  readonly left: () => void;
}

/** A member's part in an election, whatever the protocol. */
export interface Candidacy {
  readonly holder: string | undefined;
  begin(): void;
  /** True when the timer was one of its own. */
  onTimer(tag: string): boolean;
  /** True when the message was for its session. */
  onMessage(message: Message): boolean;
  tell(event: Extract<ElectionEvent, { readonly kind: 'deposed' | 'release' }>): void;
  snapshot(): unknown;
}

const TIMER = 'elector';
const RESEND_US = 500 * MS;

/** Carries out what a protocol decides, in one session with the store at a time. */
export class Candidate<S> implements Candidacy {
  readonly #election: Election<S>;
  readonly #port: CandidatePort;
  #session: StoreSession;
  #sessions = 1;
  #state: S | undefined;

  constructor(election: Election<S>, port: CandidatePort) {
    this.#election = election;
    this.#port = port;
    this.#session = new StoreSession(`${port.me}/lease`, port.site, RESEND_US);
  }

  get holder(): string | undefined {
    return this.#state === undefined ? undefined : this.#election.holderOf(this.#state);
  }

  begin(): void {
    this.#carryOut(this.#election.begin(this.#port.me, this.#moment()));
  }

  onTimer(tag: string): boolean {
    if (tag !== TIMER) return this.#session.onTimer(tag, this.#port.out);
    this.#look();
    return true;
  }

  onMessage(message: Message): boolean {
    const { session } = message as StoreAnswer | StoreChanged | StoreNotified;
    if (session !== this.#session.name) return false;
    if (message.kind === 'store-answer') this.#onAnswer(message as StoreAnswer);
    else if (message.kind === 'store-changed') {
      const { row, timeline } = message as StoreChanged;
      if (this.#port.site.hears(timeline)) this.#step({ kind: 'changed', row });
    } else {
      const { payload, timeline } = message as StoreNotified;
      if (this.#port.site.hears(timeline)) this.#step({ kind: 'notified', payload });
    }
    return true;
  }

  tell(event: Extract<ElectionEvent, { readonly kind: 'deposed' | 'release' }>): void {
    if (event.kind === 'release') this.#port.out.cancelTimer(TIMER);
    this.#step(event);
  }

  snapshot(): unknown {
    return this.#state;
  }

  #onAnswer(answer: StoreAnswer): void {
    const outcome = this.#session.onAnswer(answer, this.#port.out);
    if (outcome !== undefined) this.#step({ kind: 'answer', outcome });
  }

  #look(): void {
    this.#step({ kind: 'timer', draw: this.#port.host.random.float() });
  }

  #step(event: ElectionEvent): void {
    if (this.#state === undefined) return;
    this.#carryOut(this.#election.step(this.#state, event, this.#moment()));
  }

  #moment(): Moment {
    const { host, site, heardOf } = this.#port;
    return {
      nowUs: host.monotonicUs(),
      wallUs: host.wallUs(),
      epochsUsed: Math.max(epochsAfter(site.timeline), heardOf()),
    };
  }

  #carryOut({ state, actions }: ElectionStep<S>): void {
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: ElectionAction): void {
    const { out, host, site, me, elected, stopped, left } = this.#port;
    switch (action.kind) {
      case 'call':
        return this.#session.call(action.ops, out);
      case 'new-session':
        this.#session.close(out);
        this.#sessions += 1;
        this.#session = new StoreSession(`${me}/lease.${this.#sessions}`, site, RESEND_US);
        return;
      case 'timer': {
        const { afterUs, spreadUs = 0 } = action;
        const drawnUs = spreadUs === 0 ? 0 : Math.floor(host.random.float() * spreadUs);
        return out.setTimer(TIMER, afterUs + drawnUs);
      }
      case 'look':
        return this.#look();
      case 'expired-seen':
        return out.observe({ kind: 'lease', event: 'expired-seen', epoch: action.epoch });
      case 'elected':
        return elected(action.epoch, action.version);
      case 'stopped':
        return stopped(action.why);
      case 'left':
        return left();
    }
  }
}

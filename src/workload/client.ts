import type { Answer, Request } from '../history/fact.ts';
import type { Host, Message } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { type Effect, NOTHING, nowOnly, type Output } from '../host/step.ts';
import { assert, required } from '../lib/assert.ts';
import { MINUTE, MS, type VirtualUs } from '../lib/units.ts';
import type { ApiRequest } from '../scheduler/api.ts';
import { type RequestOutcome, SchedulerClient, type Settled } from '../scheduler/client.ts';
import { evidenceOf } from './evidence.ts';
import { type ClientKnobs, type Impatience, KNOBS_TURNED, type Surplus } from './knobs.ts';
import { Lanes, type NumberedOp } from './lanes.ts';
import type { Harness, PlannedOp } from './workload.ts';

export interface ClientOptions {
  /** Its own operations, in order of time. */
  readonly plan: readonly PlannedOp[];
  /** Names of the machines it may ask. */
  readonly members: readonly string[];
  /** After this an operation is given up, and its outcome is unknown. */
  readonly timeoutUs: number;
  readonly harness: Harness;
  /** The number of its first operation; the others follow. */
  readonly opBase: number;
  /** What faults may have it do besides. */
  readonly knobs?: ClientKnobs;
}

const RESEND_MIN_US = 500 * MS;
/** The clock of a client is a little off: an operation may leave this much early. */
const ASK_SLACK_US = MS;

/** An operation that was asked and has no final answer yet. */
interface Open {
  readonly op: number;
  readonly request: Request;
  readonly planned: PlannedOp;
  readonly askedAt: VirtualUs;
  readonly giveUpUs: number;
}

/** What outlives a crash of the client: it belongs to the harness, or evidence would get lost. */
interface Memory {
  next: number;
  /** Surplus operations asked. */
  surplus: number;
  readonly open: Map<number, Open>;
  readonly lanes: Lanes;
}

/**
 * A client asks for its planned operations at their times, without waiting for answers (open loop),
 * but for those of one lane. Each is recorded as asked once, when it is first sent, and as answered
 * at most once. A client that restarts asks at once for what it missed; what it had open is
 * `unknown`, but for puts and edits, on which it insists.
 */
export function createClient(options: ClientOptions): ProgramFactory {
  assert(options.members.length > 0, 'a client needs members to ask');
  const memory: Memory = { next: 0, surplus: 0, open: new Map(), lanes: new Lanes() };
  return (host) => new Client(host, options, memory);
}

class Client implements Program {
  readonly #options: ClientOptions;
  readonly #memory: Memory;
  readonly #host: Host;
  readonly #client: SchedulerClient;

  constructor(host: Host, options: ClientOptions, memory: Memory) {
    this.#host = host;
    this.#options = options;
    this.#memory = memory;
    const { members, timeoutUs, harness } = options;
    const resendUs = Math.max(RESEND_MIN_US, Math.round(timeoutUs / 4));
    // By true time, so that how long an operation took is what the record says.
    this.#client = new SchedulerClient(host, { members, resendUs, nowUs: () => harness.now() });
  }

  onStart(): Output {
    const effects: Effect[] = [];
    // What is closed may let others of its lane be asked: those are not of the former life.
    for (const open of [...this.#memory.open.values()]) {
      const { op, planned, giveUpUs } = open;
      if (isInsistedOn(planned)) this.#client.ask(op, planned.request, giveUpUs, effects, true);
      else this.#close(open, { kind: 'unknown' }, effects);
    }
    this.#askDue(effects);
    this.#lookAtKnobs(effects);
    return nowOnly(effects);
  }

  onTimer(tag: string): Output {
    const effects: Effect[] = [];
    if (tag === 'ask') this.#askDue(effects);
    else if (tag === 'surplus') this.#askSurplus(effects);
    else if (tag === 'again') this.#sendAllAgain(effects);
    else {
      const settled = required(this.#client.onTimer(tag, effects), `a timer ${tag}`);
      for (const each of settled) this.#settle(each, effects);
    }
    return nowOnly(effects);
  }

  onMessage(from: string, message: Message): Output {
    const effects: Effect[] = [];
    if (message.kind === KNOBS_TURNED.kind) this.#lookAtKnobs(effects);
    else {
      const settled = this.#client.onMessage(from, message, effects);
      if (settled !== undefined) this.#settle(settled, effects);
    }
    return effects.length === 0 ? NOTHING : nowOnly(effects);
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): unknown {
    const { next, surplus, open } = this.#memory;
    return { asked: next + surplus, open: [...open.keys()], believed: this.#client.believed };
  }

  /** Asks for everything that is due, and arms the timer for what comes after. */
  #askDue(effects: Effect[]): void {
    const { plan, harness } = this.#options;
    const nowUs = harness.now();
    for (;;) {
      const planned = plan[this.#memory.next];
      if (planned === undefined) return;
      if (planned.atUs > nowUs + ASK_SLACK_US) {
        effects.push({ kind: 'setTimer', tag: 'ask', afterUs: planned.atUs - nowUs });
        return;
      }
      const due = { op: this.#options.opBase + this.#memory.next++, planned };
      if (this.#memory.lanes.enter(due)) this.#ask(due, nowUs, effects);
    }
  }

  #lookAtKnobs(effects: Effect[]): void {
    const { knobs } = this.#options;
    if (knobs === undefined) return;
    if (knobs.surplus.size > 0) this.#askSurplus(effects);
    const most = mostImpatient(knobs);
    if (most !== undefined) effects.push({ kind: 'setTimer', tag: 'again', afterUs: most.everyUs });
  }

  /** As {@link #askDue}, for what faults have it ask besides; nothing once they have ended. */
  #askSurplus(effects: Effect[]): void {
    const { knobs, harness } = this.#options;
    if (knobs === undefined) return;
    const nowUs = harness.now();
    let nextUs = Number.POSITIVE_INFINITY;
    for (const surplus of knobs.surplus.values()) {
      this.#askDueOf(surplus, knobs, nowUs, effects);
      nextUs = Math.min(nextUs, surplus.ops[surplus.next]?.atUs ?? nextUs);
    }
    if (nextUs === Number.POSITIVE_INFINITY) return;
    effects.push({ kind: 'setTimer', tag: 'surplus', afterUs: nextUs - nowUs });
  }

  #askDueOf(surplus: Surplus, knobs: ClientKnobs, nowUs: VirtualUs, effects: Effect[]): void {
    for (;;) {
      const planned = surplus.ops[surplus.next];
      if (planned === undefined || planned.atUs > nowUs + ASK_SLACK_US) return;
      surplus.next++;
      const op = knobs.opBase + knobs.opStep * this.#memory.surplus++;
      this.#ask({ op, planned }, nowUs, effects);
      surplus.onAsked();
    }
  }

  #ask({ op, planned }: NumberedOp, nowUs: VirtualUs, effects: Effect[]): void {
    const { request, meant } = planned;
    const open: Open = {
      op,
      request: meant ?? evidenceOf(request),
      planned,
      askedAt: nowUs,
      giveUpUs: nowUs + patienceUs(planned, this.#options.timeoutUs),
    };
    this.#memory.open.set(op, open);
    const { harness } = this.#options;
    harness.record({
      kind: 'asked',
      at: nowUs,
      client: this.#host.self,
      op,
      request: open.request,
      ...hostility(planned),
    });
    this.#client.ask(op, request, open.giveUpUs, effects);
  }

  /** Impatience: whatever is open is asked once more, and again after a while. */
  #sendAllAgain(effects: Effect[]): void {
    const { knobs } = this.#options;
    const most = knobs && mostImpatient(knobs);
    if (most === undefined) return;
    this.#client.sendAllAgain(effects);
    if (effects.length > 0) most.onSent();
    effects.push({ kind: 'setTimer', tag: 'again', afterUs: most.everyUs });
  }

  #settle({ op, outcome }: Settled, effects: Effect[]): void {
    const open = required(this.#memory.open.get(op), `operation ${op}`);
    this.#close(open, answerOf(outcome), effects);
  }

  /** The final answer; what waited for it in its lane is asked. */
  #close(open: Open, answer: Answer, effects: Effect[]): void {
    const { op, request, planned, askedAt } = open;
    this.#memory.open.delete(op);
    const { record, now } = this.#options.harness;
    const client = this.#host.self;
    const at = now();
    record({ kind: 'answered', at, client, op, request, answer, askedAt, ...hostility(planned) });
    if (planned.lane === undefined) return;
    const next = this.#memory.lanes.next(planned.lane, answer.kind === 'ok');
    if (next !== undefined) this.#ask(next, at, effects);
  }
}

/** Nonsense is marked, so that nobody takes its refusal for a failure. */
const hostility = ({ meant }: PlannedOp): { readonly hostile?: true } =>
  meant === undefined ? {} : { hostile: true };

/** Where several faults press it, the shortest wait is the one that shows. */
function mostImpatient({ impatience }: ClientKnobs): Impatience | undefined {
  let most: Impatience | undefined;
  for (const one of impatience.values()) {
    if (most === undefined || one.everyUs < most.everyUs) most = one;
  }
  return most;
}

const INSISTED: readonly ApiRequest['kind'][] = [
  'put-schedule',
  'edit-schedule',
  'put-queue',
  'edit-queue',
];

/** Schedules and queues are few and much rests on them; nonsense is worth no patience. */
const isInsistedOn = ({ request, meant }: PlannedOp): boolean =>
  meant === undefined && INSISTED.includes(request.kind);

function patienceUs(planned: PlannedOp, timeoutUs: number): number {
  return isInsistedOn(planned) ? Math.max(10 * MINUTE, 20 * timeoutUs) : timeoutUs;
}

/** What goes on record. */
function answerOf(outcome: RequestOutcome): Answer {
  if (outcome.kind === 'unknown') return outcome;
  if (outcome.kind === 'refused') {
    return { kind: 'fail', reason: `${outcome.field}: ${outcome.reason}` };
  }
  const { result } = outcome;
  assert(result.kind === 'ok', () => `an operation that was answered with ${result.kind}`);
  const { state, attempts, revision, standing } = result;
  return {
    kind: 'ok',
    ...(state === undefined ? undefined : { state }),
    ...(attempts === undefined ? undefined : { attempts }),
    ...(revision === undefined ? undefined : { revision }),
    ...(standing === undefined ? undefined : { standing }),
  };
}

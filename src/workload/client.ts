import type { Answer, Request } from '../history/fact.ts';
import type { Host, Message } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { type Effect, NOTHING, nowOnly, type Output } from '../host/step.ts';
import { assert, required } from '../lib/assert.ts';
import { intBetween, pick } from '../lib/random.ts';
import { MINUTE, MS, type VirtualUs } from '../lib/units.ts';
import type { ApiAnswer, ApiCall, ApiRequest, ApiResult } from '../scheduler/api.ts';
import { evidenceOf } from './evidence.ts';
import { type ClientKnobs, type Impatience, KNOBS_TURNED, type Surplus } from './knobs.ts';
import { Lanes, type NumberedOp } from './lanes.ts';
import { LeaderBelief } from './leader-belief.ts';
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

/** Redirects wait this long, unless they name a leader. */
const REDIRECT_MIN_US = 50 * MS;
const REDIRECT_MAX_US = 200 * MS;
const RESEND_MIN_US = 500 * MS;
/** The clock of a client is a little off: an operation may leave this much early. */
const ASK_SLACK_US = MS;
/** Open operations are looked through at most this often, however many there are. */
const CARE_MIN_US = 20 * MS;

/** An operation that was asked and has no final answer yet. */
interface Open {
  readonly call: ApiCall;
  readonly request: Request;
  readonly planned: PlannedOp;
  readonly askedAt: VirtualUs;
  readonly giveUpUs: number;
  /** When to send again, true time. */
  nextUs: number;
  /** The member asked last, or to be asked when `nextUs` comes. */
  target: string;
  /** Whether `target` was asked already. */
  sent: boolean;
  /** Copies that left and were not turned away: each may still take effect. */
  copies: number;
  /**
   * It followed a named leader since it last waited. A second redirect waits, or two members that
   * name each other would keep the request running in circles.
   */
  hopped: boolean;
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
  readonly #belief: LeaderBelief;
  readonly #resendUs: number;
  #careAtUs = Number.POSITIVE_INFINITY;

  constructor(host: Host, options: ClientOptions, memory: Memory) {
    this.#host = host;
    this.#options = options;
    this.#memory = memory;
    this.#belief = new LeaderBelief(options.members, pick(host.random, options.members));
    this.#resendUs = Math.max(RESEND_MIN_US, Math.round(options.timeoutUs / 4));
  }

  onStart(): Output {
    const effects: Effect[] = [];
    // What is closed may let others of its lane be asked: those are not of the former life.
    for (const open of [...this.#memory.open.values()]) {
      if (isInsistedOn(open.planned)) this.#send(open, this.#belief.believed, effects);
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
    else this.#care(effects);
    return nowOnly(effects);
  }

  onMessage(from: string, message: Message): Output {
    if (message.kind === KNOBS_TURNED.kind) {
      const effects: Effect[] = [];
      this.#lookAtKnobs(effects);
      return nowOnly(effects);
    }
    if (message.kind !== 'api-answer') return NOTHING;
    const { op, result } = message as ApiAnswer;
    const open = this.#memory.open.get(op);
    // Late, doubled, or for an operation given up: it was answered once already.
    if (open === undefined) return NOTHING;
    if (result.kind === 'redirect') return this.#redirected(open, from, result.leader);
    const answer = finalAnswer(open, result);
    if (answer === undefined) return NOTHING;
    if (answer.kind === 'ok') this.#belief.answered(from);
    const effects: Effect[] = [];
    this.#close(open, answer, effects);
    return effects.length === 0 ? NOTHING : nowOnly(effects);
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): unknown {
    const { next, surplus, open } = this.#memory;
    return { asked: next + surplus, open: [...open.keys()], believed: this.#belief.believed };
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
      call: { kind: 'api', v: 1, op, request },
      request: meant ?? evidenceOf(request),
      planned,
      askedAt: nowUs,
      giveUpUs: nowUs + patienceUs(planned, this.#options.timeoutUs),
      nextUs: 0,
      target: '',
      sent: false,
      copies: 0,
      hopped: false,
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
    this.#send(open, this.#belief.believed, effects);
  }

  #send(open: Open, target: string, effects: Effect[]): void {
    open.target = target;
    open.sent = true;
    open.copies++;
    effects.push({ kind: 'send', to: target, message: open.call });
    const nowUs = this.#options.harness.now();
    this.#careBy(open, nowUs + this.#resendUs, effects);
  }

  /** Sets when this operation needs care again; its end, where that comes first. */
  #careBy(open: Open, atUs: number, effects: Effect[]): void {
    open.nextUs = Math.min(atUs, open.giveUpUs);
    if (open.nextUs >= this.#careAtUs) return;
    this.#armCare(open.nextUs, effects);
  }

  #armCare(atUs: number, effects: Effect[]): void {
    this.#careAtUs = atUs;
    const afterUs = Math.max(1, atUs - this.#options.harness.now());
    effects.push({ kind: 'setTimer', tag: 'care', afterUs });
  }

  /** Goes through what is open: gives up what is overdue, sends again what got no answer. */
  #care(effects: Effect[]): void {
    const nowUs = this.#options.harness.now();
    // Sends below must not arm the timer each on its own; it is armed once, at the end.
    this.#careAtUs = 0;
    let earliestUs = Number.POSITIVE_INFINITY;
    for (const open of this.#memory.open.values()) {
      if (nowUs >= open.giveUpUs) {
        this.#close(open, { kind: 'unknown' }, effects);
        continue;
      }
      if (nowUs >= open.nextUs) this.#sendAgain(open, effects);
      earliestUs = Math.min(earliestUs, open.nextUs);
    }
    this.#careAtUs = Number.POSITIVE_INFINITY;
    if (earliestUs === Number.POSITIVE_INFINITY) return;
    this.#armCare(Math.max(earliestUs, nowUs + CARE_MIN_US), effects);
  }

  #sendAgain(open: Open, effects: Effect[]): void {
    // Silence is news about a member only where that member was asked.
    const target = open.sent ? this.#belief.silent(open.target) : this.#belief.believed;
    open.hopped = false;
    this.#send(open, target, effects);
  }

  /**
   * Impatience: every open request leaves once more, under its number. It is no news about anybody,
   * so when and whom to ask next after a silence stays as it was.
   */
  #sendAllAgain(effects: Effect[]): void {
    const { knobs } = this.#options;
    const most = knobs && mostImpatient(knobs);
    if (most === undefined) return;
    for (const open of this.#memory.open.values()) {
      if (!open.sent) this.#send(open, open.target, effects);
      else {
        open.copies++;
        effects.push({ kind: 'send', to: open.target, message: open.call });
      }
    }
    if (effects.length > 0) most.onSent();
    effects.push({ kind: 'setTimer', tag: 'again', afterUs: most.everyUs });
  }

  #redirected(open: Open, from: string, leader: string | undefined): Output {
    // From a member asked earlier, or a second copy: it says nothing about the one asked now.
    if (from !== open.target || !open.sent) return NOTHING;
    open.copies--;
    const effects: Effect[] = [];
    const next = this.#belief.redirected(from, leader);
    if (next.named && !open.hopped) {
      open.hopped = true;
      this.#send(open, next.member, effects);
    } else {
      open.target = next.member;
      open.sent = false;
      const waitUs = intBetween(this.#host.random, REDIRECT_MIN_US, REDIRECT_MAX_US);
      this.#careBy(open, this.#options.harness.now() + waitUs, effects);
    }
    return nowOnly(effects);
  }

  /** The final answer; what waited for it in its lane is asked. */
  #close(open: Open, answer: Answer, effects: Effect[]): void {
    const { op } = open.call;
    required(this.#memory.open.get(op), 'an open operation to close');
    this.#memory.open.delete(op);
    const { request, planned, askedAt } = open;
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

/**
 * What the client concludes, or `undefined` where the answer does not fit what was asked. A refusal
 * is a failure only where no other copy of the request may still be carried out.
 */
function finalAnswer({ request, copies }: Open, result: ApiResult): Answer | undefined {
  switch (result.kind) {
    case 'ok':
      return okAnswer(result);
    case 'error':
      if (copies > 1 && !isQuestion(request)) return { kind: 'unknown' };
      return { kind: 'fail', reason: `${result.field}: ${result.reason}` };
    default:
      return undefined;
  }
}

const isQuestion = ({ kind }: Request): boolean => kind === 'status' || kind === 'schedule-status';

function okAnswer(result: Extract<ApiResult, { readonly kind: 'ok' }>): Answer {
  const { state, attempts, revision, standing } = result;
  return {
    kind: 'ok',
    ...(state === undefined ? undefined : { state }),
    ...(attempts === undefined ? undefined : { attempts }),
    ...(revision === undefined ? undefined : { revision }),
    ...(standing === undefined ? undefined : { standing }),
  };
}

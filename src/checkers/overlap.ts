/**
 * overlap (S6): instances of a schedule run one after another, where that was asked for.
 *
 * Checks, where the policy of a schedule is `forbid`, `buffer` or `replace`: when the body of a
 * tick begins, no attempt of an instance with an earlier nominal time holds a grant. A grant lasts
 * from the beginning of its body to its end (or that of its machine), and ends as well when the
 * scheduler testifies that it gave the attempt up, or when a client asks to cancel the job: a body
 * that goes on then is a zombie, and one that runs beside its successor is no break. With `replace`
 * the earlier instance is cancelled, which no client asks for and which its body hears of later: so
 * there it is a break only when the audit lists the earlier instance as anything but cancelled.
 *
 * The policy is that of the version in force: one whose put was answered ok ε before the nominal
 * time, and every newer one that was asked for before the body began. Where one of these allows
 * overlap, or none is certain, the tick is not judged.
 *
 * Does not check: bodies of triggered jobs, which belong to no tick; instances that a client
 * retried, which may start again at any time; an instance that waits while a later one runs; how
 * many wait with `buffer`; whether a tick that was skipped had to be, which is not seen in time.
 * How long bodies really overlapped is for the metrics.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { tickText } from '../history/tick-map.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, unknown, vacuous } from './first-break.ts';
import { type Live, LiveAttempts } from './live-attempts.ts';
import { SchedulePuts } from './schedule-puts.ts';

export const overlap: Claim = {
  id: 'overlap',
  modality: 'always',
  sentence: 'No tick begins while an earlier instance runs, where its schedule forbids that.',
  limits:
    'A body whose attempt was given up or cancelled may run on beside its successor. Triggered ' +
    'and retried jobs are not judged.',
  excusedBy: ['store-durable', 'single-copy'],
  judge: (context) => new Overlap(context),
};

type Began = FactOf<'body-began'> & { readonly tick: TickId };
/** The live attempts of one schedule. */
type Instances = Set<Live<Instances>>;

class Overlap implements Judge {
  readonly listens;
  readonly onFact;
  readonly #epsilonUs: number;
  readonly #breaks = new FirstBreak();
  readonly #audit = new AuditWatch();
  readonly #puts = new SchedulePuts();
  readonly #live = new LiveAttempts<Instances>((live) => live.of.delete(live));
  readonly #schedules = new Map<string, Instances>();
  readonly #retried = new Set<string>();
  /** By the earlier job: it ran when a later instance began that was to replace it. */
  readonly #replaced = new Map<string, readonly [Began, Began]>();
  #startWallUs: number | undefined;
  #judged = 0;

  constructor({ epsilonUs }: ClaimContext) {
    this.#epsilonUs = epsilonUs;
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#puts.onAnswered(fact),
      'body-began': (fact) => {
        if (fact.tick !== undefined) this.#began(fact as Began);
      },
      'body-ended': (fact) => {
        if (fact.tick !== undefined) this.#live.onEnded(fact);
      },
      machine: (fact) => this.#live.onMachine(fact),
      testified: (fact) => this.#live.onTestified(fact),
      phase: (fact) => this.#audit.onPhase(fact),
      'audited-job': (fact) => this.#audited(fact),
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    return this.#breaks.or(() => {
      const unclear = this.#replaced.size > 0 && this.#audit.complete === undefined;
      if (unclear) return unknown(this.#audit.gap);
      return this.#judged === 0 ? vacuous('no tick of a schedule without overlap began') : HELD;
    });
  }

  #asked(fact: FactOf<'asked'>): void {
    this.#puts.onAsked(fact);
    const { request } = fact;
    if (request.kind === 'cancel') {
      this.#live.onCancelAsked(request.job);
      this.#replaced.delete(request.job);
    }
    if (request.kind === 'retry') {
      this.#retried.add(request.job);
      this.#replaced.delete(request.job);
    }
  }

  #began(fact: Began): void {
    const { schedule } = fact.tick;
    let instances = this.#schedules.get(schedule);
    if (instances === undefined) this.#schedules.set(schedule, (instances = new Set()));
    const live = this.#live.begin(fact, instances);
    if (live === undefined) return;
    if (!this.#retried.has(fact.job)) this.#judge(fact, instances);
    instances.add(live);
  }

  #judge(fact: Began, instances: Instances): void {
    const policies = this.#policies(fact);
    if (policies.length === 0 || policies.includes('allow')) return;
    this.#judged++;
    for (const live of instances) {
      const earlier = live.fact as Began;
      if (earlier.tick.nominalUs >= fact.tick.nominalUs || this.#retried.has(earlier.job)) continue;
      if (!policies.includes('replace'))
        return this.#breaks.add([earlier, fact], beside(earlier, fact));
      if (!this.#replaced.has(earlier.job)) this.#replaced.set(earlier.job, [earlier, fact]);
    }
  }

  /** Every policy that may have been in force when the tick was decided. */
  #policies({ tick, at }: Began): readonly string[] {
    if (this.#startWallUs === undefined) return [];
    const dueUs = tick.nominalUs - this.#startWallUs;
    const puts = this.#puts.between(tick.schedule, dueUs - this.#epsilonUs, at);
    return puts.map(({ request }) => request.overlap);
  }

  #audited(fact: FactOf<'audited-job'>): void {
    this.#audit.begin();
    const pair = this.#replaced.get(fact.job);
    if (pair === undefined || fact.state === 'cancelled') return;
    const [earlier, later] = pair;
    const summary = `${beside(earlier, later)}; the former is ${fact.state}, and not replaced`;
    this.#breaks.add([...pair, fact], summary, later.at);
  }
}

const beside = (earlier: Began, later: Began): string =>
  `tick ${tickText(earlier.tick)} still ran on ${earlier.worker} when ` +
  `tick ${tickText(later.tick)} began on ${later.worker}`;

/**
 * bounded-catch-up (L6): an outage is caught up on as its schedule asks, and no more.
 *
 * A tick is late when whoever decides it finds it more than the window of its schedule late. When
 * it was found only testimony tells, for a tick found in time may begin late, where nobody was free
 * for it. Checks, of late ticks beyond ε and jitter, by the misfire policy of the put:
 *   - `skip`: none is decided to run;
 *   - `once`: of those that one scheduler decides together, at most one begins;
 *   - `all`: of those, at most `catchUpMax` begin;
 *   - with a spacing, the n-th of them to begin does so no earlier than n spacings after the first
 *     decision, beyond 2 ε: whoever launches it may have another clock than who decided.
 * Decided together is what one scheduler decides about one schedule within its window: whoever has
 * decided once finds nothing late before that is over. What is decided and never begins may not
 * have become durable before its decider lost its office, and does not count under `once` and
 * `all`. A claim is not held by words: ticks count as seen only where they began within the window,
 * which is evidence, or were late and counted.
 *
 * Does not check: late ticks that nobody testified to have decided; schedules that buffer ticks
 * while an instance is open, for those are rightly decided late, and those that no client of this
 * run puts; that a tick which the policy lets run does run (`on-time`, `explained-skips`). Where a
 * schedule is put with several policies, the most lenient is judged by.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { humanDuration } from '../lib/units.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, vacuous } from './first-break.ts';

export const boundedCatchUp: Claim = {
  id: 'bounded-catch-up',
  modality: 'always',
  sentence: 'Of the ticks found late no more run, and no closer, than their schedule allows.',
  limits:
    'Only ticks that a scheduler said it decided late; not those of schedules that buffer, nor ' +
    'whether ticks that may run do.',
  excusedBy: ['wall-error', 'store-durable', 'single-copy'],
  judge: (context) => new BoundedCatchUp(context),
};

/** What a schedule allows, in numbers. */
interface Policy {
  readonly lateAfterUs: number;
  readonly windowUs: number;
  /** Late ticks of one outage that may run. */
  readonly keep: number;
  readonly spacingUs: number;
  readonly isJudged: boolean;
}

/** Late ticks that one scheduler decides together. */
interface Burst {
  readonly first: FactOf<'testified'>;
  /** Of these have begun. */
  begun: number;
}

interface Late {
  readonly decision: FactOf<'testified'>;
  readonly burst: Burst;
}

class BoundedCatchUp implements Judge {
  readonly listens;
  readonly onFact;
  readonly #epsilonUs: number;
  readonly #breaks = new FirstBreak();
  readonly #policies = new Map<string, Policy>();
  /** The latest of each scheduler and schedule. */
  readonly #bursts = new Map<string, Burst>();
  /** Ticks decided late that have not begun. */
  readonly #late = new TickMap<Late>();
  #startWallUs = 0;
  #judged = 0;

  constructor({ epsilonUs }: ClaimContext) {
    this.#epsilonUs = epsilonUs;
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: ({ request }) => {
        if (request.kind !== 'put-schedule') return;
        const { schedule } = request;
        this.#policies.set(schedule, policyOf(request, this.#policies.get(schedule)));
      },
      testified: (fact) => {
        if (fact.said.kind === 'tick-decided') this.#decided(fact, fact.said);
      },
      'body-began': (fact) => {
        if (fact.tick !== undefined) this.#began(fact, fact.tick);
      },
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const nothing = 'no tick was seen to begin in time, and none to be late';
    return this.#breaks.or(() => (this.#judged === 0 ? vacuous(nothing) : HELD));
  }

  #policyOf({ schedule }: TickId): Policy | undefined {
    const policy = this.#policies.get(schedule);
    return policy?.isJudged === true ? policy : undefined;
  }

  #lateUs({ nominalUs }: TickId, at: number): number {
    return at - (nominalUs - this.#startWallUs);
  }

  #decided(fact: FactOf<'testified'>, { tick, action }: { tick: TickId; action: string }): void {
    const policy = this.#policyOf(tick);
    if (policy === undefined || action !== 'run') return;
    const lateUs = this.#lateUs(tick, fact.at);
    if (lateUs <= policy.lateAfterUs + this.#epsilonUs) return;
    if (policy.keep === 0) {
      const found = `tick ${tickText(tick)} was found ${humanDuration(lateUs)} late`;
      return this.#breaks.add([fact], `${found} and was to run; its schedule skips such ticks`);
    }
    this.#late.set(tick, { decision: fact, burst: this.#burstOf(fact, tick, policy) });
  }

  #burstOf(fact: FactOf<'testified'>, { schedule }: TickId, { windowUs }: Policy): Burst {
    const key = `${fact.machine} ${schedule}`;
    const latest = this.#bursts.get(key);
    if (latest !== undefined && fact.at - latest.first.at <= windowUs) return latest;
    const burst: Burst = { first: fact, begun: 0 };
    this.#bursts.set(key, burst);
    return burst;
  }

  #began(fact: FactOf<'body-began'>, tick: TickId): void {
    const policy = this.#policyOf(tick);
    if (policy === undefined) return;
    const late = this.#late.get(tick);
    if (late === undefined) {
      if (this.#lateUs(tick, fact.at) <= policy.lateAfterUs + this.#epsilonUs) this.#judged++;
      return;
    }
    this.#judged++;
    // What follows are further attempts.
    this.#late.delete(tick);
    this.#count(late, policy, fact, tick);
  }

  #count({ decision, burst }: Late, policy: Policy, fact: FactOf<'body-began'>, tick: TickId) {
    const { first } = burst;
    const afterUs = fact.at - first.at;
    const leastUs = burst.begun * policy.spacingUs - 2 * this.#epsilonUs;
    burst.begun++;
    const facts = [first, decision, fact] as const;
    if (burst.begun > policy.keep) {
      const many = `${burst.begun} ticks of ${tick.schedule} that were found late together began`;
      this.#breaks.add(facts, `${many}; its schedule allows ${policy.keep}`);
    } else if (afterUs < leastUs) {
      const soon = `late tick ${tickText(tick)} began ${humanDuration(afterUs)} after the decision`;
      const spacing = humanDuration(policy.spacingUs);
      this.#breaks.add(facts, `${soon}, as number ${burst.begun} of those ${spacing} apart`);
    }
  }
}

type Put = Extract<FactOf<'asked'>['request'], { readonly kind: 'put-schedule' }>;

const KEEP = { skip: 0, once: 1 } as const;

/** The policy of a put, or what it and those before it allow together. */
function policyOf(put: Put, before: Policy | undefined): Policy {
  const { late, catchUpMax, windowUs, spacingUs, jitterUs, overlap } = put;
  const keep = late === 'all' ? catchUpMax : KEEP[late];
  return {
    lateAfterUs: Math.max(windowUs + jitterUs, before?.lateAfterUs ?? 0),
    windowUs: Math.min(windowUs, before?.windowUs ?? windowUs),
    keep: Math.max(keep, before?.keep ?? 0),
    spacingUs: Math.min(spacingUs, before?.spacingUs ?? spacingUs),
    isJudged: overlap !== 'buffer' && before?.isJudged !== false,
  };
}

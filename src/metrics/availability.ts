import type { FactOf } from '../history/fact.ts';
import type { Accounts } from './accounts.ts';
import type { JobBook } from './jobs.ts';
import type { Metrics } from './numbers.ts';
import { isDone, isDoubled, isTimely, type TickBook } from './ticks.ts';
import type { Window } from './window.ts';

/**
 * Whether an answer says how available the API was. Most requests may be refused for what their job
 * or schedule is (it ended before, it never arrived): that is the service at work, and no request
 * that should have succeeded. A refused schedule is one, and so is a refused submit, unless it asks
 * for something that depends on others: a key that only one job may have, or parents. Nonsense is
 * never counted.
 */
export const isCounted = ({ request, answer, hostile }: FactOf<'answered'>): boolean => {
  if (hostile === true) return false;
  if (answer.kind !== 'fail') return true;
  if (request.kind !== 'submit') return request.kind === 'put-schedule';
  return request.uniqueKey === undefined && request.parents === undefined;
};

/**
 * apiSuccess ('ratio'): of the counted requests asked in the storm, the share whose final answer
 * was ok. An answer that never came counts as a failure.
 */
export class ApiAnswers {
  readonly #window: Window;
  #ok = 0;
  #all = 0;

  constructor(window: Window) {
    this.#window = window;
    window.whenOpened(() => {
      this.#ok = 0;
      this.#all = 0;
    });
  }

  onAnswered(fact: FactOf<'answered'>): void {
    if (!this.#window.contains(fact.askedAt) || !isCounted(fact)) return;
    this.#all++;
    if (fact.answer.kind === 'ok') this.#ok++;
  }

  metrics(): Metrics {
    const value = this.#all === 0 ? undefined : this.#ok / this.#all;
    return { apiSuccess: { unit: 'ratio', value } };
  }
}

/**
 * dispatchWithin ('ratio'): of the accepted jobs that became ready in the storm (asked, plus the
 * delay asked for, or told to run now), the share that began within ε of it. Jobs that never began
 * count as failures, but for those that were cancelled before. Jobs that others may hold back are
 * left out: those with parents, and those of queues with limits.
 */
export function dispatchAvailability(jobs: JobBook, window: Window, epsilonUs: number): Metrics {
  let all = 0;
  let timely = 0;
  jobs.eachDispatch((readyUs, _, beganUs) => {
    if (!window.contains(readyUs) || readyUs > window.endUs) return;
    all++;
    if (beganUs !== -1 && beganUs <= readyUs + epsilonUs) timely++;
  });
  return { dispatchWithin: { unit: 'ratio', value: all === 0 ? undefined : timely / all } };
}

/**
 * tickWithin ('ratio'): of the ticks due in the storm, the share that began within ε (and the
 * jitter that their schedule allows) and ran exactly once: its effect was accepted, once.
 * ticksMissed, ticksDoubled ('count'): over the whole run, as in the accounts.
 */
export function tickAvailability(
  ticks: TickBook,
  window: Window,
  epsilonUs: number,
  accounts: Accounts['ticks'],
): Metrics {
  let all = 0;
  let timely = 0;
  for (const row of ticks.due()) {
    if (!window.contains(row.dueUs)) continue;
    all++;
    if (isTimely(row, epsilonUs) && isDone(row) && !isDoubled(row)) timely++;
  }
  const counted = (count: number) => ({
    unit: 'count',
    value: accounts.due === 0 ? undefined : count,
  });
  return {
    tickWithin: { unit: 'ratio', value: all === 0 ? undefined : timely / all },
    ticksMissed: counted(accounts.missed),
    ticksDoubled: counted(accounts.doubled),
  };
}

/**
 * tick-once (S4): a tick is decided once and becomes one instance.
 *
 * Checks, per (schedule, nominal UTC):
 *   - one job id, among the bodies that began and the jobs the audit lists;
 *   - never both listed as skipped and begun;
 *   - each attempt begins at most once. Attempts are counted in the record of the instance, and one
 *     is launched only after its record is durable; so the same number begun under two epochs means
 *     two schedulers each launched the tick, and begun twice under one epoch means that a copy of
 *     the launch ran again;
 *   - with delivery at-most-once, one body in all, and one more for each retry that a client asked
 *     for.
 *
 * Does not check: that an at-least-once instance runs only once. A later attempt may follow one
 * that had succeeded, when its report was lost, and a launch of a superseded epoch that was held in
 * the network may begin late; fencing makes both harmless, and cannot make them impossible. What
 * they do to the outside world is judged by `token-order` and, for keys, by `single-effect`.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import type { Claim, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, tokenText, vacuous } from './first-break.ts';

export const tickOnce: Claim = {
  id: 'tick-once',
  modality: 'always',
  sentence: 'A tick becomes one instance: one job, each attempt begun once, never also skipped.',
  limits:
    'A further attempt of an at-least-once instance is no break, even after a success that ' +
    'nobody heard of; its effects are judged by `token-order` and `single-effect`.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

type Began = FactOf<'body-began'>;

interface Instance {
  readonly first: Began | FactOf<'audited-job'> | FactOf<'audited-skip'>;
  readonly began: Began[];
  job: string | undefined;
  skip: FactOf<'audited-skip'> | undefined;
}

function judge(): Judge {
  const breaks = new FirstBreak();
  const instances = new TickMap<Instance>();
  /** Retries asked for, of whatever job: a job's id says what a client means. */
  const retries = new Map<string, number>();
  const instanceOf = (tick: TickId, first: Instance['first']): Instance =>
    instances.getOrMake(tick, () => ({ first, began: [], job: undefined, skip: undefined }));
  return judgeOf(
    {
      asked: ({ request }) => {
        if (request.kind !== 'retry') return;
        retries.set(request.job, (retries.get(request.job) ?? 0) + 1);
      },
      'body-began': (fact) => {
        if (fact.tick === undefined) return;
        const instance = instanceOf(fact.tick, fact);
        checkJob(breaks, instance, fact, fact.tick);
        checkAttempt(breaks, instance, fact, retries.get(fact.job) ?? 0);
        instance.began.push(fact);
        checkSkip(breaks, instance, fact, fact.tick);
      },
      'audited-job': (fact) => {
        if (fact.tick === undefined) return;
        checkJob(breaks, instanceOf(fact.tick, fact), fact, fact.tick);
      },
      'audited-skip': (fact) => {
        const instance = instanceOf(fact.tick, fact);
        instance.skip = fact;
        checkSkip(breaks, instance, fact, fact.tick);
      },
    },
    () => breaks.or(() => (instances.size === 0 ? vacuous('no tick began or was listed') : HELD)),
  );
}

function checkJob(
  breaks: FirstBreak,
  instance: Instance,
  fact: Began | FactOf<'audited-job'>,
  tick: TickId,
): void {
  if (instance.job === undefined) instance.job = fact.job;
  if (instance.job === fact.job) return;
  const summary = `tick ${tickText(tick)} became two jobs: ${instance.job} and ${fact.job}`;
  breaks.add([instance.first, fact], summary);
}

function checkAttempt(breaks: FirstBreak, instance: Instance, fact: Began, retries: number): void {
  const tick = fact.tick as TickId;
  const isOnce = fact.delivery === 'at-most-once' && instance.began.length > retries;
  const before = isOnce
    ? instance.began[0]
    : instance.began.find((one) => one.token.attempt === fact.token.attempt);
  if (before === undefined) return;
  const where = `on ${before.worker} as ${tokenText(before.token)}`;
  const again = `on ${fact.worker} as ${tokenText(fact.token)}`;
  const what = isOnce ? 'an at-most-once tick' : `attempt ${fact.token.attempt}`;
  breaks.add([before, fact], `${what} began twice: ${tickText(tick)} ${where} and ${again}`);
}

function checkSkip(
  breaks: FirstBreak,
  instance: Instance,
  fact: Began | FactOf<'audited-skip'>,
  tick: TickId,
): void {
  const [began] = instance.began;
  if (began === undefined || instance.skip === undefined) return;
  const other = fact.kind === 'body-began' ? instance.skip : began;
  const summary = `tick ${tickText(tick)} ran and is listed as skipped: ${instance.skip.reason}`;
  breaks.add([other, fact], summary);
}

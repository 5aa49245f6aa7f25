/**
 * Histories of one job for testing the search: random ones, which may be anything; and such as a
 * real register makes, by steps one after another, with the asks and answers moved apart. And the
 * oracle: it tries every order of the requests, and every state that a job can be in.
 */
import * as fc from 'fast-check';
import type { JobNature, JobOp, Phase } from '../../src/checkers/job-register.ts';
import type { Happening } from '../../src/checkers/linearize.ts';
import type { Answer, JobState } from '../../src/history/fact.ts';

interface Concrete {
  readonly phase: Phase;
  readonly attempts: number;
}

const ATTEMPTS_MAX = 3;
const ABSENT: Concrete = { phase: 'absent', attempts: 0 };
const attempts = fc.nat({ max: ATTEMPTS_MAX });
const kind = fc.constantFrom<JobOp['kind'][]>('submit', 'cancel', 'status', 'retry', 'run-now');
const state = fc.constantFrom<JobState[]>('waiting', 'running', 'succeeded', 'dead', 'cancelled');
const reason = fc.constantFrom('job: unknown job', 'job: already dead', 'job: already cancelled');

const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ok' as const), state, attempts }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), reason }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unknown' } as const) },
);

export const nature: fc.Arbitrary<JobNature> = fc.record({
  comesUp: fc.boolean(),
  isCancelled: fc.boolean(),
  isForgotten: fc.boolean(),
});

/** Any operations, told anything, asked and answered in any order. */
export const anyHistory: fc.Arbitrary<readonly Happening<JobOp>[]> = fc
  .array(fc.record({ kind, attempts, answer }), { minLength: 1, maxLength: 5 })
  .chain((ops) => {
    const twice = [...ops.keys(), ...ops.keys()];
    return fc.shuffledSubarray(twice, { minLength: twice.length }).map((order) => {
      const asked = new Set<number>();
      return order.map((at): Happening<JobOp> => {
        const isFirst = !asked.has(at);
        asked.add(at);
        return { kind: isFirst ? 'asked' : 'answered', op: ops[at] as JobOp };
      });
    });
  });

/** One step of a register, which a client may have asked for. */
const step = fc.record({
  own: fc.constantFrom('launch', 'succeed', 'die', 'none'),
  kind,
  attempts,
  isClient: fc.boolean(),
  /** By how many steps ask and answer are apart from the moment of the operation. */
  before: fc.nat({ max: 4 }),
  after: fc.nat({ max: 4 }),
  fate: fc.constantFrom('told', 'told', 'told', 'silent', 'lost'),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What one register, used by clients at the same time, may have told them. */
export const realHistory: fc.Arbitrary<readonly Happening<JobOp>[]> = fc
  .array(step, { maxLength: 14 })
  .map((steps) => {
    let job = ABSENT;
    const events: { readonly at: number; readonly happening: Happening<JobOp> }[] = [];
    steps.forEach((one, at) => {
      job = ownStep(job, one.own);
      if (!one.isClient) return;
      const { next, told } = asks(job, one);
      if (one.fate !== 'lost') job = next;
      const op = { ...one, answer: one.fate === 'told' ? told : ({ kind: 'unknown' } as const) };
      events.push({ at: at - one.before - 0.2, happening: { kind: 'asked', op } });
      events.push({ at: at + one.after + 0.2, happening: { kind: 'answered', op } });
    });
    return events.sort((a, b) => a.at - b.at).map(({ happening }) => happening);
  });

function ownStep(job: Concrete, own: Step['own']): Concrete {
  if (job.phase !== 'open' || own === 'none') return job;
  if (own === 'launch') return { ...job, attempts: job.attempts + 1 };
  return { ...job, phase: own === 'succeed' ? 'succeeded' : 'dead' };
}

function asks(job: Concrete, { kind, attempts }: Step): { next: Concrete; told: Answer } {
  const ok = (next: Concrete) => ({ next, told: toldOf(next) });
  const no = (why: string) => ({ next: job, told: { kind: 'fail', reason: why } as const });
  if (job.phase === 'absent') {
    return kind === 'submit' ? ok({ phase: 'open', attempts: 0 }) : no('job: unknown job');
  }
  if (kind === 'cancel' && job.phase !== 'cancelled') {
    return job.phase === 'open' ? ok({ ...job, phase: 'cancelled' }) : no(`already ${job.phase}`);
  }
  if (kind !== 'retry') return ok(job);
  const isRetried = job.phase === 'dead' && attempts === job.attempts;
  return isRetried ? ok({ ...job, phase: 'open' }) : no('not dead after so many attempts');
}

const toldOf = ({ phase, attempts }: Concrete): Answer => {
  const state = phase === 'open' ? 'waiting' : (phase as JobState);
  return { kind: 'ok', state, attempts };
};

/** Whether some order of the operations, and some life of the job, explains every answer. */
export function isExplained(happened: readonly Happening<JobOp>[], nature: JobNature): boolean {
  const askedAt = (op: JobOp) => happened.findIndex((one) => one.op === op);
  const answeredAt = (op: JobOp) => happened.findLastIndex((one) => one.op === op);
  const ops = [...new Set(happened.map(({ op }) => op))];
  const heard = ops.filter((op) => op.answer.kind !== 'unknown' && !isMute(op));
  const go = (jobs: readonly Concrete[], left: readonly JobOp[]): boolean => {
    if (jobs.length === 0) return false;
    if (left.length === 0) return true;
    // The moment may be as late as the first answer among those that are left.
    const untilUs = Math.min(...left.map(answeredAt));
    return left.some((op) => {
      if (askedAt(op) > untilUs) return false;
      const movers = ops.filter((one) => one.answer.kind !== 'fail' && askedAt(one) < untilUs);
      const fit = livesOf(jobs, nature, movers).filter((job) => fits(job, op));
      return go(
        fit,
        left.filter((one) => one !== op),
      );
    });
  };
  return go([ABSENT], heard);
}

const isMute = ({ answer }: JobOp): boolean =>
  answer.kind === 'fail' && !/unknown job|already (dead|cancelled|succeeded)/.test(answer.reason);

function livesOf(
  from: readonly Concrete[],
  nature: JobNature,
  movers: readonly JobOp[],
): readonly Concrete[] {
  const has = (...kinds: string[]) => movers.some((op) => kinds.includes(op.kind));
  const found = new Map(from.map((job) => [`${job.phase}${job.attempts}`, job]));
  for (const job of found.values()) {
    const next: Concrete[] = [];
    const to = (phase: Phase, attempts = job.attempts) => next.push({ phase, attempts });
    if (job.phase === 'absent' && (nature.comesUp || has('submit'))) to('open', 0);
    if (job.phase === 'open') {
      if (job.attempts < ATTEMPTS_MAX) to('open', job.attempts + 1);
      to('succeeded');
      to('dead');
      if (nature.isCancelled || has('cancel')) to('cancelled');
    } else if (job.phase !== 'absent' && nature.isForgotten) to('absent', 0);
    const isRetry = (op: JobOp) => op.kind === 'retry' && op.attempts === job.attempts;
    if (job.phase === 'dead' && movers.some(isRetry)) to('open');
    for (const one of next) found.set(`${one.phase}${one.attempts}`, one);
  }
  return [...found.values()];
}

function fits({ phase, attempts }: Concrete, { kind, answer, attempts: asked }: JobOp): boolean {
  if (answer.kind === 'fail') {
    return /unknown/.test(answer.reason) ? phase === 'absent' : answer.reason.endsWith(phase);
  }
  if (answer.kind !== 'ok') return true;
  const isOpen = answer.state === 'waiting' || answer.state === 'running';
  if ((isOpen ? 'open' : answer.state) !== phase || answer.attempts !== attempts) return false;
  return kind !== 'retry' || attempts >= asked;
}

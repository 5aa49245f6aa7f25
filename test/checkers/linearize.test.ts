import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ABSENT,
  type JobAt,
  type JobNature,
  type JobOp,
  jobOf,
  jobRegister,
  packedJob,
} from '../../src/checkers/job-register.ts';
import { type Happening, linearize } from '../../src/checkers/linearize.ts';
import { anyHistory, isExplained, nature, realHistory } from './concurrent-jobs.ts';
import '../support/property-seed.ts';

const PLAIN: JobNature = { comesUp: false, isCancelled: false, isForgotten: false };
const BUDGET = { steps: 100_000, states: 10_000 };
const judge = (happened: readonly Happening<JobOp>[], of: JobNature = PLAIN, budget = BUDGET) =>
  linearize(jobRegister(of), [ABSENT], [], happened, budget);

const op = (kind: JobOp['kind'], answer: JobOp['answer'], attempts = 0): JobOp => ({
  kind,
  attempts,
  answer,
});
const asked = (one: JobOp) => ({ kind: 'asked', op: one }) as const;
const answered = (one: JobOp) => ({ kind: 'answered', op: one }) as const;
const atOnce = (one: JobOp) => [asked(one), answered(one)];
const ok = (state: JobAt['phase'] | 'waiting' | 'running', attempts = 0) =>
  ({ kind: 'ok', state: state as 'waiting', attempts }) as const;
const submit = op('submit', ok('waiting'));

describe('linearize', () => {
  test('real histories always fit', () => {
    fc.assert(
      fc.property(realHistory, (happened) => {
        expect(judge(happened).kind).toBe('fits');
      }),
      { numRuns: 400 },
    );
  });

  test('any history fits exactly when some order of all explains it', () => {
    let unfit = 0;
    fc.assert(
      fc.property(anyHistory, nature, (happened, of) => {
        const fits = judge(happened, of).kind === 'fits';
        if (!fits) unfit++;
        expect(fits).toBe(isExplained(happened, of));
      }),
      { numRuns: 1_500 },
    );
    expect(unfit).toBeGreaterThan(100);
  });

  test('real histories with one answer changed fit exactly when some order explains that', () => {
    fc.assert(
      fc.property(realHistory, fc.nat(), (happened, at) => {
        const told = happened.filter(({ kind, op }) => kind === 'asked' && op.answer.kind === 'ok');
        const which = told[at % Math.max(told.length, 1)]?.op;
        fc.pre(which !== undefined && told.length <= 6);
        const wrong = { ...which, answer: ok('cancelled', 1) };
        const changed = happened.map((one) => (one.op === which ? { ...one, op: wrong } : one));
        expect(judge(changed).kind === 'fits').toBe(isExplained(changed, PLAIN));
      }),
      { numRuns: 400 },
    );
  });

  test('answers of requests under way may come in any order', () => {
    const late = op('status', ok('waiting'));
    const done = op('status', ok('succeeded', 1));
    const apart = [...atOnce(submit), asked(late), ...atOnce(done), answered(late)];
    expect(judge(apart).kind).toBe('fits');
    const after = [...atOnce(submit), ...atOnce(done), ...atOnce(late)];
    expect(judge(after)).toEqual({ kind: 'unfit', op: late, order: [submit, done] });
  });

  test('what was asked and never answered may take effect later, or never', () => {
    const lost = op('cancel', { kind: 'unknown' });
    const told = op('status', ok('cancelled'));
    const open = op('status', ok('running', 1));
    expect(judge([...atOnce(submit), ...atOnce(lost), ...atOnce(open)]).kind).toBe('fits');
    const both = [
      ...atOnce(submit),
      ...atOnce(lost),
      ...atOnce(open),
      ...atOnce(op('status', ok('cancelled', 1))),
    ];
    expect(judge(both).kind).toBe('fits');
    expect(judge([...atOnce(submit), ...atOnce(told), ...atOnce(lost)]).kind).toBe('unfit');
    const refused = op('cancel', { kind: 'fail', reason: 'job: busy' });
    expect(judge([...atOnce(submit), ...atOnce(refused), ...atOnce(told)]).kind).toBe('unfit');
  });

  test('requests that tell the same may be open in any number', () => {
    const many = Array.from({ length: 16 }, () => op('status', { kind: 'ok' }));
    const happened = [...atOnce(submit), ...many.map(asked), ...many.map(answered)];
    expect(judge(happened, PLAIN, { steps: 50_000, states: 100 }).kind).toBe('fits');
  });

  test('gives up beyond its budget, of steps or of states, and says of which', () => {
    const many = Array.from({ length: 4 }, (_, at) => op('status', ok('waiting', at)));
    const happened = [...atOnce(submit), ...many.map(asked), ...many.map(answered)];
    expect(judge(happened).kind).toBe('fits');
    const few = judge(happened, PLAIN, { steps: 10, states: 1_000 });
    expect(few).toEqual({ kind: 'over-budget', reason: 'more than 10 steps of search' });
    const small = judge(happened, PLAIN, { steps: 1_000, states: 3 });
    expect(small).toEqual({ kind: 'over-budget', reason: 'more than 3 states at a time' });
  });

  test('states survive being packed', () => {
    const states: JobAt[] = [ABSENT, { phase: 'dead', attempts: 7, isExact: false }];
    for (const state of states) expect(jobOf(packedJob(state))).toEqual(state);
  });
});

import { describe, expect, test } from 'vitest';
import { linearizableApi } from '../../src/checkers/linearizable-api.ts';
import type { Answer, JobState, Standing } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

const state = (of: JobState, attempts = 0): Answer => ({ kind: 'ok', state: of, attempts });
const refused = (reason: string): Answer => ({ kind: 'fail', reason });
const ask = (s: number, kind: 'status' | 'cancel' | 'run-now', answer: Answer) =>
  f.asks(s, { kind, job: 'a' }, answer);
const retry = (s: number, attempts: number, answer: Answer) =>
  f.asks(s, { kind: 'retry', job: 'a', attempts }, answer);
const submitted = f.asks(1, f.submitOf('a'), state('waiting'));
const verdict = (...facts: (readonly ReturnType<typeof f.asked | typeof f.heard>[] | unknown)[]) =>
  f.verdictOn(linearizableApi, facts.flat() as Parameters<typeof f.verdictOn>[1]);

describe('jobs', () => {
  test('holds for a life as jobs lead it', () => {
    const facts = [
      ask(0.5, 'status', refused('job: unknown job')),
      submitted,
      ask(2, 'run-now', state('waiting')),
      ask(3, 'status', state('running', 1)),
      ask(4, 'status', state('dead', 3)),
      retry(5, 3, state('waiting', 3)),
      ask(6, 'status', state('running', 4)),
      f.asks(7, f.submitOf('a'), state('succeeded', 4)),
      ask(8, 'cancel', refused('job: already succeeded')),
      f.audited(20, 'a', 'succeeded', { attempts: 4 }),
    ];
    expect(verdict(...facts)).toEqual({ kind: 'held' });
  });

  test.each([
    [
      'is finished and then not',
      [ask(3, 'status', state('dead', 3)), ask(4, 'status', state('running', 4))],
    ],
    [
      'has fewer attempts',
      [ask(3, 'status', state('running', 2)), ask(4, 'status', state('waiting', 1))],
    ],
    [
      'goes on to count when it has ended',
      [ask(3, 'status', state('dead', 3)), ask(4, 'status', state('dead', 4))],
    ],
    ['is unknown when it was accepted', [ask(3, 'status', refused('job: unknown job'))]],
    ['is cancelled, and nobody asked', [ask(3, 'status', state('cancelled'))]],
    ['is cancelled when it comes', [f.asks(2, f.submitOf('a'), state('cancelled'))]],
    [
      'is cancelled when the cancel was refused',
      [ask(3, 'cancel', refused('job: busy')), ask(4, 'status', state('cancelled'))],
    ],
    [
      'was cancelled and is not',
      [ask(3, 'cancel', { kind: 'ok' }), ask(4, 'run-now', state('waiting'))],
    ],
    [
      'is said to have ended, and has not',
      [ask(3, 'cancel', refused('job: already dead')), ask(4, 'status', state('waiting'))],
    ],
    [
      'is retried after another number of attempts',
      [
        ask(3, 'status', state('dead', 3)),
        retry(4, 2, { kind: 'ok' }),
        ask(5, 'status', state('waiting', 3)),
      ],
    ],
    [
      'is retried when it had succeeded',
      [ask(3, 'status', state('succeeded', 1)), retry(4, 1, state('waiting', 1))],
    ],
  ])('breaks when a job %s', (_, answers) => {
    const last = answers.flat().at(-1);
    const broken = verdict(submitted, ...answers);
    expect(broken).toMatchObject({ kind: 'broken' });
    expect(broken).toHaveProperty('facts', expect.arrayContaining([last]));
  });

  test('breaks when all that was asked is a submit, and the answer is a cancelled job', () => {
    const alone = f.asks(1, f.submitOf('a'), state('cancelled'));
    expect(verdict(alone)).toMatchObject({ kind: 'broken', facts: [alone.at(-1)] });
    expect(verdict(submitted, f.audited(20, 'a', 'cancelled')).kind).toBe('broken');
    expect(verdict(submitted, f.audited(20, 'a', 'succeeded', { attempts: 1 })).kind).toBe('held');
  });

  test('breaks when one is known that nobody had asked for, or triggered, by then', () => {
    const known = f.asked(0.5, { kind: 'status', job: 'a' });
    expect(verdict(submitted, ask(2, 'status', state('waiting'))).kind).toBe('held');
    const early = [f.asked(1, f.submitOf('a')), known].reverse();
    const facts = [early[0]!, f.heard(0.7, known, state('waiting')), early[1]!];
    // Before anybody submitted it, it may have been the instance of a tick.
    expect(verdict(facts).kind).toBe('held');
    const trigger = f.asks(1, { kind: 'trigger', schedule: 'backup', job: 'a' }, state('waiting'));
    expect(verdict(trigger, ask(2, 'status', state('succeeded', 1))).kind).toBe('held');
  });

  test('what was asked and not heard of may come later', () => {
    const lost = ask(2, 'cancel', { kind: 'unknown' });
    const rest = [ask(3, 'status', state('waiting')), ask(4, 'status', state('cancelled'))];
    expect(verdict(submitted, lost, ...rest).kind).toBe('held');
    const never = f.asked(2, { kind: 'cancel', job: 'a' });
    expect(verdict(submitted, never, ...rest).kind).toBe('held');
  });

  test('children are cancelled with parents, and what is to be forgotten may come anew', () => {
    const child = f.asks(1, f.submitOf('a', { parents: ['p'] }), state('waiting'));
    expect(verdict(child, ask(3, 'status', state('cancelled'))).kind).toBe('held');
    const short = f.asks(1, f.submitOf('a', { retainUs: 1 }), state('waiting'));
    const gone = [
      ask(3, 'status', state('succeeded', 1)),
      ask(4, 'status', refused('job: unknown job')),
      f.asks(5, f.submitOf('a', { retainUs: 1 }), state('waiting')),
      ask(6, 'status', state('running', 1)),
    ];
    expect(verdict(short, ...gone).kind).toBe('held');
    expect(verdict(submitted, ...gone.slice(0, 2)).kind).toBe('broken');
  });

  test('the audit is one more reader; what is answered while it reads is left out', () => {
    const done = ask(3, 'status', state('succeeded', 1));
    const listed = f.audited(20, 'a', 'dead');
    expect(verdict(submitted, done, listed)).toMatchObject({
      kind: 'broken',
      facts: [listed],
    });
    const late = [f.phase(15, 'audit'), ...ask(16, 'status', state('succeeded', 1)), listed];
    expect(verdict(submitted, ...late).kind).toBe('held');
  });
});

describe('schedules', () => {
  const standing = (revision: number, of: Standing): Answer => ({
    kind: 'ok',
    revision,
    standing: of,
  });
  const put = (s: number, revision: number, answer?: Answer) =>
    f.asks(s, f.putOf('backup', { revision }), answer);
  const look = (s: number, answer: Answer) =>
    f.asks(s, { kind: 'schedule-status', schedule: 'backup' }, answer);
  const edit = (
    s: number,
    what: 'pause' | 'resume' | 'delete',
    revision: number,
    answer?: Answer,
  ) => f.asks(s, f.editOf(what, revision), answer);
  const listed = (revision: number, of: Standing) =>
    ({
      kind: 'audited-schedule',
      at: f.at(20),
      schedule: 'backup',
      revision,
      standing: of,
    }) as const;

  test('holds for edits one after another, as they are told', () => {
    const facts = [
      put(1, 1, standing(1, 'active')),
      edit(2, 'pause', 2, standing(2, 'paused')),
      look(3, standing(2, 'paused')),
      edit(4, 'resume', 3),
      edit(4.5, 'pause', 2, refused('revision: not above 3')),
      put(5, 4),
      edit(6, 'delete', 5),
      look(7, standing(5, 'deleted')),
      listed(5, 'deleted'),
    ];
    expect(verdict(...facts)).toEqual({ kind: 'held' });
  });

  test.each([
    ['goes back to an older revision', [put(2, 2), look(3, standing(1, 'active'))]],
    ['is not paused though it was', [edit(2, 'pause', 2), look(3, standing(2, 'active'))]],
    ['is paused, and nobody asked', [look(3, standing(1, 'paused'))]],
    ['has a revision that nobody asked for', [look(3, standing(2, 'active'))]],
    [
      'takes an edit below its revision',
      [put(2, 5), look(3, standing(5, 'active')), edit(4, 'pause', 3)],
    ],
    [
      'comes back without a put',
      [edit(2, 'delete', 2), edit(3, 'resume', 3), look(4, standing(3, 'active'))],
    ],
    ['is unknown though it was put', [look(3, refused('schedule: unknown schedule'))]],
    ['is listed as it was before', [put(2, 2), listed(1, 'active')]],
  ])('breaks when a schedule %s', (_, answers) => {
    expect(verdict(put(1, 1), ...answers)).toMatchObject({ kind: 'broken' });
  });

  test('an edit whose answer was lost may come later, unless a greater one came first', () => {
    const lost = edit(2, 'pause', 2, { kind: 'unknown' });
    const before = [put(1, 1), lost, look(3, standing(1, 'active'))];
    expect(verdict(...before, look(4, standing(2, 'paused'))).kind).toBe('held');
    const over = [...before, put(4, 3), look(5, standing(2, 'paused'))];
    expect(verdict(...over).kind).toBe('broken');
  });

  test('of two edits at a time either comes first; the same edit again is told as before', () => {
    const one = f.asked(2, f.putOf('backup', { revision: 2 }));
    const two = f.asked(2, f.editOf('pause', 3));
    const facts = [put(1, 1), one, two, f.heard(3, two), f.heard(4, one, standing(2, 'active'))];
    expect(verdict(...facts, look(5, standing(3, 'paused'))).kind).toBe('held');
    expect(verdict(...facts, put(6, 2, standing(2, 'active'))).kind).toBe('held');
  });

  test('one that was asked about before it was put is left out', () => {
    expect(
      verdict(look(1, standing(9, 'active')), put(2, 1), look(3, standing(9, 'paused'))).kind,
    ).toBe('held');
  });
});

test('is unknown beyond its budget, vacuous when nobody was told anything', () => {
  const lost = Array.from({ length: 14 }, (_, at) =>
    f.asks(2, f.putOf('backup', { revision: at + 2 }), { kind: 'unknown' }),
  );
  const look = (revision: number) =>
    f.asks(3, { kind: 'schedule-status', schedule: 'backup' }, { kind: 'ok', revision });
  expect(verdict(f.asks(1, f.putOf('backup', { revision: 1 })), ...lost, look(15))).toEqual({
    kind: 'unknown',
    reason:
      'too many orders of 1 job or schedule: too many ways to follow one operation ' +
      'for schedule backup',
  });
  expect(verdict(f.asks(1, f.submitOf('a'), { kind: 'unknown' })).kind).toBe('vacuous');
});

test('a break tells what was known, and how what came since then fits', () => {
  const early = f.asked(2, { kind: 'status', job: 'a' });
  const done = ask(3, 'status', state('succeeded', 1));
  const wrong = f.asked(3.5, { kind: 'status', job: 'a' });
  const late = [f.heard(4, early, state('waiting')), f.heard(6, wrong, state('waiting'))];
  expect(verdict(submitted, early, done, wrong, late)).toMatchObject({
    summary:
      'status of job a, asked at 3.5 s, was told waiting, 0 attempts: that fits no order, for it ' +
      'was open, 0 attempts or more, and then fit, in this order, status (waiting, 0 attempts), ' +
      'status (succeeded, 1 attempts)',
  });
});

test('is excused where reads rest on a lease and a clock ran too fast', () => {
  const facts = [...ask(3, 'status', state('dead', 3)), f.assumptionFailed(3.5, 'rate-error')];
  const back = ask(4, 'status', state('running', 4));
  expect(verdict(submitted, facts, back).kind).toBe('excused');
});

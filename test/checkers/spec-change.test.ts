import { describe, expect, test } from 'vitest';
import { specChange } from '../../src/checkers/spec-change.ts';
import * as f from '../support/facts.ts';

const start = [f.runBegan(), ...f.asks(1, f.putOf())];
const tick = (s: number, atS = s) => f.began(atS, `t${s}`, { tick: f.tickAt(s) });
const edit = (s: number, what: 'pause' | 'resume' | 'delete', revision = 2) =>
  f.asks(s, f.editOf(what, revision));

describe('schedules', () => {
  test.each(['pause', 'delete'] as const)('no tick begins after an acknowledged %s', (what) => {
    const [ask, answer] = edit(10, what);
    const facts = [...start, f.due(5), tick(5), ask, answer];
    expect(f.verdictOn(specChange, facts).kind).toBe('held');
    const late = tick(12);
    expect(f.verdictOn(specChange, [...facts, f.due(12), late])).toMatchObject({
      kind: 'broken',
      at: f.at(12),
      facts: [answer, late],
    });
  });

  test('what was due before the answer, or not ε after it, may still begin', () => {
    const facts = [
      ...start,
      f.due(9),
      ...edit(10, 'pause'),
      f.due(10.9),
      tick(9, 12),
      tick(10.9, 13),
    ];
    expect(f.verdictOn(specChange, facts).kind).toBe('held');
  });

  test('nothing is certain once the next edit was asked for', () => {
    const facts = [...start, ...edit(10, 'pause'), f.asked(20, f.editOf('resume', 3)), f.due(22)];
    expect(f.verdictOn(specChange, [...facts, tick(22)]).kind).toBe('held');
    // One with a revision that is no greater changes nothing.
    const late = [...start, ...edit(10, 'pause', 3), f.asked(20, f.editOf('resume', 2)), f.due(22)];
    expect(f.verdictOn(specChange, [...late, tick(22)]).kind).toBe('broken');
  });

  test('an edit beside a newer one, or that was refused, promises nothing', () => {
    const ask = f.asked(9, f.editOf('pause', 2));
    const newer = f.asked(9.5, f.editOf('resume', 3));
    const facts = [...start, ask, newer, f.heard(10, ask), f.due(15), tick(15)];
    expect(f.verdictOn(specChange, facts).kind).toBe('vacuous');
    const refused = [...start, ask, f.heard(10, ask, { kind: 'fail', reason: 'no' })];
    expect(f.verdictOn(specChange, [...refused, f.due(15), tick(15)]).kind).toBe('vacuous');
  });

  test('after a put only ticks of its revision begin, whenever those were due', () => {
    const put = f.asks(10, f.putOf('backup', { revision: 2 }));
    const both = [f.due(15), f.due(15, { revision: 2 })];
    expect(f.verdictOn(specChange, [...start, ...put, ...both, tick(15)]).kind).toBe('held');
    const early = [...start, ...put, tick(15, 14.5), ...both];
    expect(f.verdictOn(specChange, early).kind).toBe('held');
    const old = [...start, ...put, f.due(15), tick(15)];
    expect(f.verdictOn(specChange, [...old, f.phase(30, 'end')])).toMatchObject({
      kind: 'broken',
      at: f.at(15),
      facts: [put[1], old.at(-1)],
    });
  });

  test('a tick that begins before the run ends, and would be due after it, is left out', () => {
    const put = f.asks(10, f.putOf('backup', { revision: 2 }));
    const facts = [...start, ...put, tick(15, 14.5), f.phase(14.8, 'end')];
    expect(f.verdictOn(specChange, facts).kind).toBe('held');
  });

  test('bodies of no tick are none of its business', () => {
    const facts = [...start, ...edit(10, 'delete'), f.submit(11, 'a'), ...f.granted(12, 'a')];
    expect(f.verdictOn(specChange, facts).kind).toBe('held');
  });
});

describe('queues', () => {
  const of = (what: 'pause' | 'resume', revision: number) =>
    ({ kind: 'edit-queue', edit: what, queue: 'default', revision }) as const;
  const jobs = [f.submit(1, 'a'), f.submit(1, 'b', { queue: 'mail' })];
  const pause = f.asks(10, of('pause', 1));

  test('breaks when an attempt is granted after an acknowledged pause, and begins', () => {
    const grant = f.granted(12, 'a');
    expect(f.verdictOn(specChange, [...jobs, ...pause, ...grant])).toMatchObject({
      kind: 'broken',
      facts: [pause[1], grant[1]],
    });
    expect(f.verdictOn(specChange, [...jobs, ...pause, grant[0]]).kind).toBe('held');
  });

  test('what was granted before may begin, and other queues go on', () => {
    const [grant, began] = [f.dispatched(9, 'scheduler-1', 'a', f.token(1, 1)), f.began(12, 'a')];
    expect(f.verdictOn(specChange, [...jobs, grant, ...pause, began]).kind).toBe('held');
    expect(f.verdictOn(specChange, [...jobs, ...pause, ...f.granted(12, 'b')]).kind).toBe('held');
  });

  test('until a resume is asked for; a put resumes nothing', () => {
    const resume = f.asked(20, of('resume', 2));
    expect(f.verdictOn(specChange, [...jobs, ...pause, resume, ...f.granted(21, 'a')]).kind).toBe(
      'held',
    );
    const put = f.asks(20, f.queueOf({ concurrency: 3 }, { revision: 2 }));
    expect(f.verdictOn(specChange, [...jobs, ...pause, ...put, ...f.granted(21, 'a')]).kind).toBe(
      'broken',
    );
    const under = f.dispatched(19, 'scheduler-1', 'a', f.token(1, 1));
    const facts = [...jobs, ...pause, under, resume, f.began(21, 'a')];
    expect(f.verdictOn(specChange, facts).kind).toBe('broken');
  });

  test('where nobody said when, what was asked for and began in the pause counts', () => {
    const mute = [...pause, f.submit(12, 'c'), f.began(13, 'c')];
    expect(f.verdictOn(specChange, mute).kind).toBe('broken');
    expect(f.verdictOn(specChange, [...jobs, ...pause, f.began(13, 'a')]).kind).toBe('held');
  });

  test('ticks are held with the queue of their schedule', () => {
    const put = f.asks(1, f.putOf('backup', { queue: 'default' }));
    const grant = f.granted(15, 't', { tick: f.tickAt(15) });
    const facts = [f.runBegan(), ...put, ...pause, f.due(15), ...grant];
    expect(f.verdictOn(specChange, facts).kind).toBe('broken');
  });
});

test('is vacuous when nothing was edited, excused by old zone rules', () => {
  expect(f.verdictOn(specChange, [...start, f.due(5), tick(5)]).kind).toBe('vacuous');
  const old = f.assumptionFailed(2, 'zone-rules');
  const facts = [...start, old, ...edit(10, 'pause'), f.due(12), tick(12)];
  expect(f.verdictOn(specChange, facts).kind).toBe('excused');
});

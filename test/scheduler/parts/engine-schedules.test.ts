/** Schedules: overlap, catch-up, edits, and that it does not matter who decides. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, MINUTE, MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import type { ScheduleSpec } from '../../../src/scheduler/api.ts';
import { EngineLab, EPOCH_US, every, SPEC } from './engine-lab.ts';

/** Ticks each ten seconds. */
function scheduled(changes: Partial<ScheduleSpec> = {}, everyUs = 10 * SECOND): EngineLab {
  const lab = new EngineLab();
  const spec = { ...every(lab.host, everyUs), ...changes };
  expect(lab.answer({ kind: 'put-schedule', schedule: 's', spec })).toMatchObject({ kind: 'ok' });
  return lab;
}
const tick = (seconds: number): string => `s@${EPOCH_US + seconds * SECOND}`;
const edit = (lab: EngineLab, kind: 'pause' | 'resume' | 'delete', revision: number) =>
  lab.answer({ kind: 'edit-schedule', schedule: 's', edit: kind, revision });
/** States of the ticks at these seconds. */
const states = (lab: EngineLab, ...seconds: readonly number[]) =>
  seconds.map((second) => lab.state(tick(second)) ?? 'none');

test('overlap allow: every tick runs beside the others', () => {
  const lab = scheduled();
  lab.beat('w1', { capacity: 99 });
  lab.advance(25 * SECOND);
  expect(lab.decisions()).toEqual(['10 run: on-time', '20 run: on-time']);
});

test('overlap forbid: ticks are skipped while one is open, in whichever term it began', () => {
  const old = scheduled({ overlap: 'forbid' });
  old.advance(15 * SECOND);
  const lab = old.next(2);
  lab.advance(10 * SECOND);
  expect(lab.decisions()).toEqual(['20 skip: overlap']);
  lab.beat('w1');
  lab.finishAll();
  lab.advance(10 * SECOND);
  expect(lab.decisions()).toEqual(['30 run: on-time']);
  expect(lab.book.skips.size).toBe(1);
});

test('overlap replace: the one that runs is stopped, and its end does not count any more', () => {
  const old = scheduled({ overlap: 'replace' });
  old.advance(10 * SECOND);
  old.beat('w1');
  const lab = old.next(2);
  lab.advance(5 * SECOND);
  lab.beat('w1', { capacity: 5 });
  lab.advance(5 * SECOND);
  expect(lab.stops()).toEqual([`w1: ${tick(10)} 1.1`]);
  expect(states(lab, 10, 20)).toEqual(['cancelled', 'running']);
  lab.finished('w1', tick(10), { epoch: 1, attempt: 1 }, 'succeeded');
  expect(states(lab, 10)).toEqual(['cancelled']);
});

test('overlap buffer: so many wait, one after another, and what is beyond is skipped', () => {
  const old = scheduled({ overlap: 'buffer', bufferMax: 2 });
  old.advance(25 * SECOND);
  const lab = old.next(2);
  lab.advance(20 * SECOND);
  expect(lab.decisions()).toEqual(['30 run: on-time', '40 skip: buffer-full']);
  lab.beat('w1', { capacity: 99 });
  expect(states(lab, 10, 20, 30)).toEqual(['running', 'waiting', 'waiting']);
  lab.finishAll('succeeded');
  expect(states(lab, 10, 20, 30)).toEqual(['succeeded', 'running', 'waiting']);
});

test('buffer: one that is cancelled while it waits does not let the next one run beside', () => {
  const lab = scheduled({ overlap: 'buffer', bufferMax: 2 });
  lab.advance(30 * SECOND);
  lab.beat('w1', { capacity: 99 });
  lab.ask({ kind: 'cancel', job: tick(20) });
  expect(states(lab, 10, 20, 30)).toEqual(['running', 'cancelled', 'waiting']);
  lab.finishAll();
  expect(states(lab, 30)).toEqual(['running']);
});

test('buffer after allow: all that are open are waited for', () => {
  const lab = scheduled();
  lab.advance(20 * SECOND);
  const spec = { ...every(lab.host, 10 * SECOND), overlap: 'buffer' as const };
  const put = { kind: 'put-schedule', schedule: 's', spec, revision: 2 } as const;
  expect(lab.answer(put)).toMatchObject({ revision: 2 });
  lab.advance(10 * SECOND);
  lab.beat('w1', { capacity: 99 });
  expect(states(lab, 10, 20, 30)).toEqual(['running', 'running', 'waiting']);
  lab.finished('w1', tick(20), { epoch: 1, attempt: 1 }, 'succeeded');
  expect(states(lab, 30)).toEqual(['waiting']);
  lab.finishAll();
  expect(states(lab, 30)).toEqual(['running']);
});

test('a pause records each tick as skipped, from the acknowledged moment to the next one', () => {
  const lab = scheduled();
  lab.pause(15 * SECOND);
  // What was due before is decided as it was before: late, by the policy of the schedule.
  expect(edit(lab, 'pause', 2)).toEqual({ kind: 'ok', revision: 2, standing: 'paused' });
  expect(lab.decisions()).toEqual(['10 run: late-all']);
  lab.advance(20 * SECOND);
  expect(lab.decisions()).toEqual(['20 skip: paused', '30 skip: paused']);
  const next = lab.next(2);
  next.pause(10 * SECOND);
  expect(edit(next, 'resume', 3)).toMatchObject({ standing: 'active' });
  expect(next.decisions()).toEqual(['40 skip: paused']);
  next.advance(10 * SECOND);
  expect(next.decisions()).toEqual(['50 run: on-time']);
  expect([...next.book.skips.values()].map(({ reason }) => reason)).toEqual([
    ...['paused', 'paused', 'paused'],
  ]);
});

test('a put with a greater revision: what was due before by the old spec, later by the new', () => {
  const lab = scheduled();
  lab.pause(20 * SECOND);
  const spec = { ...every(lab.host, 7 * SECOND), job: { ...SPEC, queue: 'other' } };
  const put = { kind: 'put-schedule', schedule: 's', spec, revision: 2 } as const;
  expect(lab.answer(put)).toMatchObject({ kind: 'ok', revision: 2 });
  lab.advance(14 * SECOND);
  expect(lab.decisions()).toEqual([
    ...['10 run: late-all', '20 run: on-time', '27 run: on-time', '34 run: on-time'],
  ]);
  const queues = [10, 20, 27].map((second) => lab.book.jobs.get(tick(second))?.spec.queue);
  expect(queues).toEqual(['default', 'default', 'other']);
  // The same again, and older ones, change nothing.
  const before = lab.book.schedules.get('s');
  expect(lab.answer(put)).toMatchObject({ kind: 'ok', revision: 2 });
  expect(lab.answer({ ...put, revision: 1 })).toMatchObject({ kind: 'error', field: 'revision' });
  const other = { ...put, spec: { ...spec, jitterUs: SECOND } };
  expect(lab.answer(other)).toMatchObject({ kind: 'error', field: 'revision' });
  expect(lab.book.schedules.get('s')).toBe(before);
});

test('a deleted schedule fires no more, and no late edit wakes it, in no later term', () => {
  const lab = scheduled();
  lab.pause(15 * SECOND);
  expect(edit(lab, 'delete', 2)).toMatchObject({ standing: 'deleted' });
  expect(lab.decisions()).toEqual(['10 run: late-all']);
  const next = lab.next(2);
  next.advance(20 * SECOND);
  const spec = every(next.host, 5 * SECOND);
  const put = (revision: number) =>
    next.answer({ kind: 'put-schedule', schedule: 's', spec, revision });
  for (const revision of [1, 2]) expect(put(revision)).toMatchObject({ field: 'revision' });
  expect(edit(next, 'delete', 2)).toMatchObject({ kind: 'ok', standing: 'deleted' });
  expect(edit(next, 'resume', 3)).toMatchObject({ kind: 'error', field: 'schedule' });
  const trigger = { kind: 'trigger', schedule: 's', job: 'by hand' } as const;
  expect(next.answer(trigger)).toMatchObject({ kind: 'error', field: 'schedule' });
  next.advance(10 * SECOND);
  expect(next.decisions()).toEqual([]);
  expect(put(3)).toEqual({ kind: 'ok', revision: 3, standing: 'active' });
  next.advance(5 * SECOND);
  expect(next.decisions()).toEqual(['50 run: on-time']);
  expect(next.answer(trigger)).toMatchObject({ kind: 'ok', state: 'waiting' });
});

test('an endless schedule may be put twice', () => {
  const lab = scheduled({ endUs: wallUs(Number.POSITIVE_INFINITY) });
  const spec = { ...every(lab.host, 10 * SECOND), endUs: wallUs(Number.POSITIVE_INFINITY) };
  const put = { kind: 'put-schedule', schedule: 's', spec } as const;
  expect(lab.answer(put)).toMatchObject({ kind: 'ok', revision: 1 });
  const other = { ...spec, endUs: wallUs(EPOCH_US + HOUR) };
  expect(lab.answer({ ...put, spec: other })).toMatchObject({ kind: 'error', field: 'revision' });
});

test('ticks of an outage are all decided, though the schedule has ended meanwhile', () => {
  const ended = { endUs: wallUs(EPOCH_US + 5 * MINUTE) };
  for (const terms of [1, 3]) {
    let lab = scheduled(ended, SECOND);
    lab.pause(10 * MINUTE);
    for (let epoch = 2; epoch <= terms; epoch++) lab = lab.next(epoch);
    lab.advance(SECOND);
    expect(lab.book.jobs.size).toBe(299);
  }
});

test('late ticks that run start apart from each other, whoever goes on with them', () => {
  const misfire = {
    late: 'all',
    windowUs: 500 * MS,
    catchUpMax: 1_000,
    spacingUs: 5 * SECOND,
  } as const;
  let lab = scheduled({ misfire }, SECOND);
  lab.pause(250 * SECOND + 700 * MS);
  const atUs = lab.host.wallNowUs;
  lab = lab.next(2);
  lab = lab.next(3);
  lab.advance(0);
  const late = [...lab.book.jobs.values()].filter(({ tick: of }) => of && of.nominalUs < atUs);
  expect(late.map(({ dueUs }) => dueUs - atUs)).toEqual(
    Array.from({ length: 250 }, (_, i) => i * 5 * SECOND),
  );
});

test('jitter is the tick’s own: up to so much later, never earlier, the same in every term', () => {
  const spans = (terms: number): readonly number[] => {
    let lab = scheduled({ jitterUs: 3 * SECOND });
    for (let epoch = 2; epoch < terms + 2; epoch++) {
      lab.advance(30 * SECOND);
      lab = lab.next(epoch);
    }
    lab.advance((7 - terms) * 30 * SECOND);
    return [...lab.book.jobs.values()].map(({ dueUs, tick: of }) => dueUs - (of?.nominalUs ?? 0));
  };
  const one = spans(1);
  expect(spans(6)).toEqual(one);
  expect(Math.min(...one)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...one)).toBeLessThanOrEqual(3 * SECOND);
  expect(new Set(one).size).toBeGreaterThan(15);
});

test('a client’s job never has the id of a tick', () => {
  const lab = scheduled();
  lab.submit(tick(10));
  expect(lab.result()).toMatchObject({ kind: 'error', field: 'job' });
  lab.advance(10 * SECOND);
  expect(lab.book.jobs.get(tick(10))?.tick).toBeDefined();
});

const specs = fc.record({
  everyUs: fc.constantFrom(SECOND, 3 * SECOND, 700 * MS),
  overlap: fc.constantFrom(
    'allow' as const,
    'forbid' as const,
    'replace' as const,
    'buffer' as const,
  ),
  bufferMax: fc.nat({ max: 3 }),
  late: fc.constantFrom('skip' as const, 'once' as const, 'all' as const),
  catchUpMax: fc.constantFrom(0, 2, 1_000),
  spacingUs: fc.constantFrom(0, SECOND),
  jitterUs: fc.constantFrom(0, 2 * SECOND),
  endUs: fc.constantFrom(EPOCH_US + MINUTE, EPOCH_US + 10 * HOUR),
});
const events = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('pause' as const), ms: fc.nat({ max: 150_000 }) }),
    fc.record({ what: fc.constant('end' as const), ms: fc.nat({ max: 5_000 }) }),
    fc.record({ what: fc.constantFrom('stop' as const, 'go' as const), ms: fc.constant(0) }),
  ),
  { maxLength: 12, size: 'max' },
);

const oldest = (lab: EngineLab): string =>
  [...lab.book.jobs.values()].find(({ state }) => state === 'waiting')?.id ?? 'none';

test('what is decided does not depend on how often the one who decides is replaced', () => {
  fc.assert(
    fc.property(specs, events, fc.integer({ min: 1, max: 20 }), (spec, list, terms) => {
      const { everyUs, late, catchUpMax, spacingUs, endUs, ...rest } = spec;
      const play = (between: number) => {
        const misfire = { late, windowUs: 500 * MS, catchUpMax, spacingUs };
        let lab = scheduled({ ...rest, misfire, endUs: wallUs(endUs) }, everyUs);
        let [epoch, revision] = [1, 1];
        for (const { what, ms } of list) {
          lab.pause(ms * MS);
          for (let i = 0; i < between; i++) lab = lab.next(++epoch);
          lab.advance(0);
          if (what === 'end') lab.ask({ kind: 'cancel', job: oldest(lab) });
          else if (what !== 'pause') edit(lab, what === 'stop' ? 'pause' : 'resume', ++revision);
        }
        const jobs = [...lab.book.jobs.values()].map(({ id, state, dueUs }) => [id, state, dueUs]);
        return { jobs, skips: [...lab.book.skips.entries()], left: lab.book.schedules.get('s') };
      };
      expect(play(terms)).toEqual(play(0));
    }),
    { numRuns: 60 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND, type WallUs, wallUs } from '../../../src/lib/units.ts';
import type { QueueRecord } from '../../../src/scheduler/parts/book.ts';
import {
  afterStart,
  findObstacle,
  Gauge,
  nextStartUs,
} from '../../../src/scheduler/parts/limits.ts';

const START = wallUs(1_700_000_000 * SECOND);
const queue = (limits: QueueRecord['limits']): QueueRecord => ({
  ...{ v: 1, id: 'q', revision: 1, standing: 'active', limits },
});
const rates = fc.record({
  starts: fc.integer({ min: 1, max: 8 }),
  perUs: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 10 * SECOND })),
});
/** Spans between tries, in thousandths of the rate's own span. */
const waits = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 2_500 })), {
  maxLength: 60,
  size: 'max',
});

/** Tries to start a job at each instant in turn, and gives the instants at which one started. */
function startsAt(record: QueueRecord, instants: readonly WallUs[]): readonly WallUs[] {
  let now = record;
  return instants.filter((us) => {
    if (nextStartUs(now, us) > us) return false;
    now = afterStart(now, us) ?? now;
    return true;
  });
}

test('in any window no more starts than the bucket holds and what has come back meanwhile', () => {
  fc.assert(
    fc.property(rates, waits, (rate, list) => {
      let us = START;
      const instants = list.map((wait) => {
        us = wallUs(us + Math.floor((wait * rate.perUs) / 1_000));
        return us;
      });
      const started = startsAt(queue({ rate }), instants);
      const tooMany = started.flatMap((fromUs, from) =>
        started.slice(from).filter((toUs, n) => {
          return n + 1 > rate.starts + ((toUs - fromUs) * rate.starts) / rate.perUs;
        }),
      );
      expect(tooMany).toEqual([]);
    }),
  );
});

test('who comes when he was told to may start, and the rate is used but for rounding', () => {
  fc.assert(
    fc.property(rates, (rate) => {
      let record = queue({ rate });
      let us = START;
      for (let started = 1; started <= 50; started++) {
        us = nextStartUs(record, us);
        // Each start is rounded up to a whole microsecond.
        const ideal = ((started - rate.starts) * rate.perUs) / rate.starts;
        expect(us - START).toBeLessThanOrEqual(Math.max(0, Math.ceil(ideal) + started));
        record = afterStart(record, us) as QueueRecord;
      }
    }),
  );
});

test('a clock stepped back by any span holds nobody back for longer than one start takes', () => {
  fc.assert(
    fc.property(rates, fc.nat({ max: 10 }), fc.nat({ max: 1e9 }), (rate, burst, backUs) => {
      let record = queue({ rate });
      let us = START;
      for (let i = 0; i < burst; i++) {
        us = nextStartUs(record, us);
        record = afterStart(record, us) as QueueRecord;
      }
      const now = wallUs(us - backUs);
      expect(nextStartUs(record, now) - now).toBeLessThanOrEqual(
        Math.ceil(rate.perUs / rate.starts),
      );
      // Nor does it give anything away: an emptied bucket is still empty.
      if (burst > rate.starts) {
        const list = Array.from({ length: 20 }, () => now);
        expect(startsAt(record, list).length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a clock stepped forward gives one full bucket at most', () => {
  fc.assert(
    fc.property(rates, fc.nat({ max: 1e12 }), (rate, aheadUs) => {
      const emptied = startsAt(queue({ rate }), [START, START, START]).reduce(
        (record) => afterStart(record, START) as QueueRecord,
        queue({ rate }),
      );
      const there = Array.from({ length: 20 }, () => wallUs(START + aheadUs));
      expect(startsAt(emptied, there).length).toBeLessThanOrEqual(rate.starts);
    }),
  );
});

test('what holds a job back: a pause, a full queue, its rate, its key, in this order', () => {
  const gauge = new Gauge();
  gauge.started('k');
  gauge.started(undefined);
  const rate = { starts: 1, perUs: SECOND };
  const all = queue({ concurrency: 2, perKey: 1, rate });
  const spent = afterStart(all, START) as QueueRecord;
  const find = (record: QueueRecord | undefined, key?: string) =>
    findObstacle(record, gauge, key, START)?.kind;
  expect(find({ ...spent, standing: 'paused' }, 'k')).toBe('paused');
  expect(find(spent, 'k')).toBe('full');
  const roomy = { ...spent, limits: { ...spent.limits, concurrency: 3 } };
  expect(find(roomy, 'k')).toBe('rate');
  expect(find({ ...roomy, limits: { perKey: 1 } }, 'k')).toBe('key');
  expect(find({ ...roomy, limits: { perKey: 1 } }, 'l')).toBeUndefined();
  expect(find({ ...roomy, limits: { perKey: 1 } })).toBeUndefined();
  expect(find(undefined, 'k')).toBeUndefined();
  gauge.ended('k');
  expect([gauge.running, gauge.ofKey('k')]).toEqual([1, 0]);
});

test('a queue without a rate keeps no count', () => {
  expect(afterStart(queue({ concurrency: 1 }), START)).toBeUndefined();
  expect(nextStartUs(queue({}), START)).toBe(START);
});

test('a start counts, however small its share of the span is', () => {
  let record = queue({ rate: { starts: 1_000_000, perUs: 1_000 } });
  for (let i = 0; i < 1_000; i++) record = afterStart(record, START) as QueueRecord;
  expect(nextStartUs(record, START)).toBeGreaterThan(START);
  // A tenth of a microsecond is not lost on the way to the next start.
  record = afterStart(queue({ rate: { starts: 10, perUs: 1_000_001 } }), START) as QueueRecord;
  expect((record.fullAtUs ?? 0) - START).toBe(100_001);
});

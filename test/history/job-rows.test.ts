import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { JobRows, jobRowsFor, RowBits, RowNumbers, RowValues } from '../../src/history/job-rows.ts';

test('every job has one row, in the order of first sight', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (jobs) => {
      const rows = new JobRows();
      const order: string[] = [];
      for (const job of jobs) {
        if (!order.includes(job)) order.push(job);
        expect(rows.row(job)).toBe(order.indexOf(job));
        expect(rows.row(job)).toBe(order.indexOf(job));
      }
      expect([...rows.jobs()]).toEqual(order);
    }),
  );
});

test('rows are shared by those who have the same context, and by nobody else', () => {
  const context = { epsilonUs: 1 };
  expect(jobRowsFor(context)).toBe(jobRowsFor(context));
  expect(jobRowsFor(context)).not.toBe(jobRowsFor({ epsilonUs: 1 }));
});

test('columns keep what was set, however far apart, and grow', () => {
  const cells = fc.array(fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 2 ** 31 - 1 })));
  fc.assert(
    fc.property(cells, (entries) => {
      const [numbers, bits, values] = [new RowNumbers(-1), new RowBits(), new RowValues<number>()];
      const wanted = new Map(entries);
      for (const [row, value] of entries) {
        numbers.set(row, value);
        bits.set(row, value);
        values.set(row, value);
      }
      for (const row of [0, 1_023, 1_024, 5_000, 9_999, ...wanted.keys()]) {
        expect(numbers.get(row)).toBe(wanted.get(row) ?? -1);
        expect(bits.get(row)).toBe(wanted.get(row) ?? 0);
        expect(values.get(row)).toBe(wanted.get(row));
      }
    }),
  );
});

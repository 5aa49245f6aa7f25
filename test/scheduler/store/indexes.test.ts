import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { required } from '../../../src/lib/assert.ts';
import { type StoreIndex, sortable } from '../../../src/scheduler/store/indexes.ts';
import type { StoreRow, StoreScan } from '../../../src/scheduler/store/protocol.ts';
import { SortedKeys } from '../../../src/scheduler/store/sorted-keys.ts';
import { type Overlay, Table } from '../../../src/scheduler/store/table.ts';
import { BEGIN, COMMIT, ROLLBACK, read, StoreLab, write } from './lab.ts';

interface Job {
  readonly due?: number;
  readonly tags?: readonly string[];
}

const byDue: StoreIndex = {
  name: 'due',
  prefix: 'job/',
  keyOf: (value) => {
    const { due } = value as Job;
    return due === undefined ? undefined : sortable(due);
  },
};
const byTag: StoreIndex = { name: 'tag', prefix: '', keyOf: (value) => (value as Job).tags };
const INDEXES = [byDue, byTag];
const dueScan = (more: Partial<StoreScan> = {}) =>
  ({ kind: 'range', index: 'due', prefix: '', limit: 9, ...more }) as const;
const keysOf = (rows: readonly StoreRow[]): readonly string[] => rows.map(({ key }) => key);

describe('an index', () => {
  const lab = (): StoreLab => {
    const all = new StoreLab(INDEXES).up();
    const jobs = [30, 10, 20, undefined, 10].map((due, i) =>
      write(`job/${i}`, due === undefined ? {} : { due }),
    );
    all.ask('a', BEGIN, ...jobs, write('other', { due: 1 }), COMMIT);
    return all;
  };

  test('shows its rows in order of index key, then of key, up to a bound, page by page', () => {
    const store = lab();
    expect(keysOf(store.rows('a', dueScan()))).toEqual(['job/1', 'job/4', 'job/2', 'job/0']);
    const until = sortable(30);
    const first = store.rows('a', dueScan({ until, limit: 2 }));
    expect(keysOf(first)).toEqual(['job/1', 'job/4']);
    const after = required(first.at(-1)?.place, 'a place');
    expect(keysOf(store.rows('a', dueScan({ until, after })))).toEqual(['job/2']);
    expect(keysOf(store.rows('a', dueScan({ until: sortable(10) })))).toEqual([]);
  });

  test('shows a transaction what it wrote, and the others what was there', () => {
    const store = lab();
    const writes = [write('job/0', { due: 5 }), write('job/1', {}), write('job/2', undefined)];
    const own = store.rows('a', BEGIN, ...writes, write('job/new', { due: 10 }), dueScan());
    expect(keysOf(own)).toEqual(['job/0', 'job/4', 'job/new']);
    expect(keysOf(store.rows('b', dueScan({ limit: 2 })))).toEqual(['job/1', 'job/4']);
    store.ask('a', ROLLBACK);
    expect(keysOf(store.rows('b', dueScan()))).toEqual(['job/1', 'job/4', 'job/2', 'job/0']);
  });

  test('has a row once for each of its keys, and none of those that have gone', () => {
    const store = lab();
    const tag = (prefix: string) => ({ kind: 'range', index: 'tag', prefix, limit: 9 }) as const;
    store.ask('a', BEGIN, write('x', { tags: ['red', 'blue', 'red'] }), COMMIT);
    expect(store.rows('a', tag('')).map(({ place }) => place)).toEqual(['blue\0x', 'red\0x']);
    store.ask('a', BEGIN, write('x', { tags: ['green', 'blue'] }), COMMIT);
    expect(keysOf(store.rows('a', tag('red')))).toEqual([]);
    expect(keysOf(store.rows('a', tag('gr')))).toEqual(['x']);
    store.ask('a', BEGIN, write('x', undefined), COMMIT);
    expect(store.rows('a', tag(''))).toEqual([]);
  });

  test('is there again after a restart', () => {
    const store = new StoreLab(INDEXES).up(lab().log);
    expect(keysOf(store.rows('a', dueScan({ limit: 3 })))).toEqual(['job/1', 'job/4', 'job/2']);
    expect(store.rows('a', read('job/1'))[0]?.place).toBeUndefined();
  });
});

/** What a scan must show, found the slow way. */
function naive(rows: Iterable<StoreRow>, scan: StoreScan): readonly (readonly string[])[] {
  const index = INDEXES.find(({ name }) => name === scan.index);
  const found: [string, string][] = [];
  for (const { key, value } of rows) {
    if (value === undefined || (index !== undefined && !key.startsWith(index.prefix))) continue;
    const keys = index === undefined ? [''] : [index.keyOf(value) ?? []].flat();
    for (const each of new Set(keys)) found.push([each, key]);
  }
  const placeOf = ([indexKey, key]: readonly [string, string]): string =>
    index === undefined ? key : `${indexKey}\0${key}`;
  const shown = found.filter((each) => {
    const [indexKey, key] = each;
    const of = index === undefined ? key : indexKey;
    const isUnder = of.startsWith(scan.prefix) || placeOf(each).startsWith(scan.prefix);
    return isUnder && placeOf(each) > (scan.after ?? '') && !(of >= (scan.until ?? '\uffff'));
  });
  shown.sort((a, b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? -1 : 1));
  return shown.slice(0, scan.limit);
}

const keys = fc.constantFrom('job/a', 'job/b', 'job/bb', 'job/c', 'job', 'z', 'a');
const numbers = fc.integer({ min: 0, max: 4 });
const values = fc.option(
  fc.record(
    { due: numbers, tags: fc.array(fc.constantFrom('', 'x', 'xy', 'y'), { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const changes = fc.array(fc.tuple(keys, values), { maxLength: 40 });
const scans: fc.Arbitrary<StoreScan> = fc.oneof(
  fc.record(
    { prefix: fc.constantFrom('', 'job/', 'job/b'), after: keys, until: keys, limit: fc.nat(8) },
    { requiredKeys: ['prefix', 'limit'] },
  ),
  fc.record(
    {
      index: fc.constant('due'),
      prefix: fc.constantFrom('', sortable(1)),
      after: fc.tuple(numbers, keys).map(([n, key]) => `${sortable(n)}\0${key}`),
      until: numbers.map(sortable),
      limit: fc.nat(8),
    },
    { requiredKeys: ['index', 'prefix', 'limit'] },
  ),
  fc.record(
    {
      index: fc.constant('tag'),
      prefix: fc.constantFrom('', 'x', 'xy'),
      until: fc.constantFrom('x', 'xy', 'y'),
      limit: fc.nat(8),
    },
    { requiredKeys: ['index', 'prefix', 'limit'] },
  ),
);

test('scans show what a filter and a sort of all rows would, replacements included', () => {
  fc.assert(
    fc.property(changes, changes, fc.array(scans, { minLength: 1 }), (list, over, asked) => {
      const table = new Table(INDEXES);
      const rows = new Map<string, StoreRow>();
      list.forEach(([key, value], i) => {
        const row = { key, value, version: i + 1 };
        table.write(row);
        rows.set(key, row);
      });
      const overlay: Overlay = new Map(
        over.map(([key, value]) => [key, { key, value, version: 0 }]),
      );
      for (const scan of asked) {
        const plain = table.scan(scan).map(({ key }) => key);
        expect(plain).toEqual(naive(rows.values(), scan).map(([, key]) => key));
        const both = new Map([...rows, ...overlay]);
        const seen = table.scan(scan, overlay).map(({ key }) => key);
        expect(seen).toEqual(naive(both.values(), scan).map(([, key]) => key));
        const again = new Table(INDEXES, table.rows()).scan(scan).map(({ key }) => key);
        expect(again).toEqual(plain);
      }
    }),
    { numRuns: 300 },
  );
});

test('thousands of keys stay in order while they come and go', () => {
  const some = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 2_000, maxLength: 6_000 });
  fc.assert(
    fc.property(some, fc.nat(4_000), (numbers, from) => {
      const sorted = new SortedKeys();
      const model = new Set<string>();
      for (const n of numbers) {
        const key = sortable(n);
        if (n % 3 === 0 && model.has(key)) {
          sorted.delete(key);
          model.delete(key);
        } else {
          sorted.add(key);
          model.add(key);
        }
      }
      const all = [...model].sort().filter((key) => key >= sortable(from));
      expect([...sorted.from(sortable(from))]).toEqual(all);
      expect([...new SortedKeys(model).from(sortable(from))]).toEqual(all);
    }),
    { numRuns: 20 },
  );
});

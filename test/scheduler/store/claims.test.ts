import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import { type StoreIndex, sortable } from '../../../src/scheduler/store/indexes.ts';
import type { StoreOp } from '../../../src/scheduler/store/protocol.ts';
import { BEGIN, COMMIT, lock, OPTIONS, ROLLBACK, read, StoreLab, take, write } from './lab.ts';

const due: StoreIndex = {
  name: 'due',
  prefix: 'job/',
  keyOf: (value) => (typeof value === 'number' ? sortable(value) : undefined),
};
const claim = (limit: number, until?: number): StoreOp => ({
  ...{ kind: 'claim', index: 'due', prefix: '', limit },
  ...(until === undefined ? {} : { until: sortable(until) }),
});

test('a lock that is not waited for fails at once, or is gone on without', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, write('x', 1));
  const fails = lab.ask('b', BEGIN, write('y', 2), { ...lock('x'), wait: 'fail' } as StoreOp);
  expect(fails).toEqual({ kind: 'lock-timeout', key: 'x' });
  expect(lab.ask('b', COMMIT)).toEqual({ kind: 'no-session' });
  const skips = { ...take('x'), wait: 'skip' } as StoreOp;
  expect(lab.ask('b', BEGIN, skips, { ...lock('z'), wait: 'skip' } as StoreOp)).toEqual({
    ...{ kind: 'ok', rows: [], version: 0, skipped: ['x'] },
  });
  lab.ask('a', COMMIT);
  expect(lab.ask('b', skips)).toMatchObject({ rows: [{ key: 'x', value: 1 }] });
  expect(lab.ask('c', BEGIN, { ...lock('x'), wait: 'fail' } as StoreOp)?.kind).toBe('lock-timeout');
});

test('who takes a row for itself reads what the one before has left', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, take('x'), write('x', 1));
  expect(lab.ask('b', BEGIN, take('x'))).toBeUndefined();
  expect(lab.rows('c', BEGIN, read('x'))[0]?.value).toBeUndefined();
  lab.call('a', COMMIT);
  const rows = lab.answers().flatMap(([, , o]) => (o.kind === 'ok' ? o.rows : []));
  expect(rows).toEqual([{ key: 'x', value: 1, version: 1 }]);
});

test('a transaction may say how long it waits, to the point', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, lock('x'));
  const kinds = (): readonly string[] => lab.answers().map(([who, , { kind }]) => `${who} ${kind}`);
  lab.call('short', { kind: 'begin', lockWaitUs: SECOND }, lock('x'));
  lab.call('store', BEGIN, lock('x'));
  lab.call('long', { kind: 'begin', lockWaitUs: 3 * OPTIONS.lockWaitUs }, lock('x'));
  lab.machine.advance(SECOND - 1);
  expect(kinds()).toEqual([]);
  lab.machine.advance(1);
  expect(kinds()).toEqual(['short lock-timeout']);
  const passes = (seconds: number): readonly string[] => {
    for (let i = 0; i < seconds; i++) {
      // The holder lives.
      lab.send('a', 1, []);
      lab.machine.advance(SECOND);
    }
    return kinds().filter((each) => each !== 'a ok');
  };
  expect(passes(28)).toEqual(['store lock-timeout']);
  expect(passes(1)).toEqual(['long lock-timeout']);
});

test('what is claimed is what is due, first things first, and own writes count', () => {
  const lab = new StoreLab([due]).up();
  const jobs = [50, 10, 40, 20, 30].map((at, i) => write(`job/${i}`, at));
  lab.ask('w', BEGIN, ...jobs, COMMIT);
  const claimed = (session: string, ...ops: readonly StoreOp[]) =>
    lab.rows(session, ...ops).map(({ value }) => value);
  expect(claimed('a', BEGIN, claim(2, 40))).toEqual([10, 20]);
  expect(claimed('b', BEGIN, claim(2, 40))).toEqual([30]);
  expect(claimed('c', BEGIN, claim(9))).toEqual([40, 50]);
  // Its own are not passed over.
  expect(claimed('a', write('job/1', undefined), write('job/new', 5), claim(9))).toEqual([5, 20]);
  expect(claimed('b', claim(9))).toEqual([30]);
  lab.ask('a', COMMIT);
  lab.ask('c', ROLLBACK);
  expect(claimed('b', claim(9))).toEqual([5, 20, 30, 40, 50]);
});

test('a row that is in an index twice is claimed once', () => {
  const tags: StoreIndex = { name: 'due', prefix: '', keyOf: (value) => value as string[] };
  const lab = new StoreLab([tags]).up();
  lab.ask('w', BEGIN, write('x', ['a', 'c']), write('y', ['b']), COMMIT);
  expect(lab.rows('a', BEGIN, claim(9)).map(({ key }) => key)).toEqual(['x', 'y']);
});

const turns = fc.array(
  fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('claim' as const, 'claim' as const, 'done' as const, 'undo' as const),
    limit: fc.integer({ min: 1, max: 4 }),
    until: fc.integer({ min: 0, max: 12 }),
  }),
  { maxLength: 60, size: 'max' },
);

test('no row is claimed by two, nobody waits, and what is free is claimed in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 12 }), turns, (dues, list) => {
      const lab = new StoreLab([due]).up();
      const left = new Map(dues.map((at, i) => [`job/${String.fromCharCode(97 + i)}`, at]));
      lab.ask('w', BEGIN, ...[...left].map(([key, at]) => write(key, at)), COMMIT);
      const claims = [0, 1, 2, 3].map(() => new Set<string>());
      for (const { who, what, limit, until } of list) {
        const mine = claims[who] as Set<string>;
        if (what === 'claim') {
          const others = claims.flatMap((each) => (each === mine ? [] : [...each]));
          const free = [...left]
            .filter(([key, at]) => at < until && !others.includes(key))
            .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
          const ops = mine.size === 0 ? [BEGIN] : [];
          const rows = lab.rows(`c${who}`, ...ops, claim(limit, until));
          expect(rows.map(({ key }) => key)).toEqual(free.slice(0, limit).map(([key]) => key));
          for (const { key } of rows) mine.add(key);
        } else if (mine.size > 0) {
          const isDone = what === 'done';
          const deletes = isDone ? [...mine].map((key) => write(key, undefined)) : [];
          expect(lab.rows(`c${who}`, ...deletes, isDone ? COMMIT : ROLLBACK)).toEqual([]);
          if (isDone) for (const key of mine) left.delete(key);
          mine.clear();
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** Whatever comes over the wire: it is answered, and changes nothing unless the answer is ok. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, SECOND, wallUs } from '../../../src/lib/units.ts';
import type { ApiRequest, ApiResult, ScheduleSpec } from '../../../src/scheduler/api.ts';
import type { ZoneTable } from '../../../src/scheduler/schedule/zone-rules.ts';
import { EngineLab, EPOCH_US, every, SPEC } from './engine-lab.ts';

const ZONES: ZoneTable = new Map([
  ['Etc/UTC', { zone: 'Etc/UTC', version: '2025b', initialOffsetS: 0, transitions: [] }],
]);
const CRON: ScheduleSpec = {
  timing: {
    ...{ kind: 'cron', expression: '*/5 * * * *', zone: 'Etc/UTC' },
    ...{ gap: 'skip', overlap: 'first' },
  },
  misfire: { late: 'all', windowUs: SECOND, catchUpMax: 10, spacingUs: SECOND },
  startUs: wallUs(EPOCH_US),
  endUs: wallUs(EPOCH_US + HOUR),
  ...{ jitterUs: SECOND, overlap: 'buffer', bufferMax: 2 },
  job: SPEC,
};
const FULL = {
  ...SPEC,
  retry: { ...SPEC.retry, jitterPpm: 5 },
  ...{ atUs: wallUs(EPOCH_US), heartbeatUs: SECOND, retainUs: HOUR, priority: 3, payload: 'p' },
  ...{ tags: ['t'], uniqueKey: 'u', key: 'k', parents: ['done'], onFailedParent: 'run' as const },
};

/** A member that has something of everything. */
function labWithAll(): EngineLab {
  const lab = new EngineLab({ zones: ZONES });
  lab.beat('w1', { capacity: 1 });
  for (const job of ['done', 'known', 'waits'])
    lab.submit(job, job === 'done' ? {} : { queue: 'q' });
  lab.finished('w1', 'done', { epoch: 1, attempt: 1 }, 'succeeded');
  lab.ask({ kind: 'put-schedule', schedule: 's', spec: every(lab.host, 60 * SECOND) });
  lab.ask({ kind: 'put-queue', queue: 'q', spec: { perKey: 2 }, revision: 1 });
  return lab;
}

const VALID: readonly ApiRequest[] = [
  { kind: 'submit', job: 'new', spec: FULL },
  { kind: 'submit', job: 'known', spec: { ...SPEC, queue: 'q' } },
  { kind: 'status', job: 'known' },
  { kind: 'cancel', job: 'known' },
  { kind: 'retry', job: 'known', attempts: 1 },
  { kind: 'run-now', job: 'waits' },
  { kind: 'put-schedule', schedule: 's2', spec: CRON, revision: 1 },
  { kind: 'put-schedule', schedule: 's', spec: CRON, revision: 2 },
  { kind: 'edit-schedule', schedule: 's', edit: 'pause', revision: 2 },
  { kind: 'schedule-status', schedule: 's' },
  { kind: 'trigger', schedule: 's', job: 'by hand' },
  {
    kind: 'put-queue',
    queue: 'q',
    spec: { concurrency: 1, perKey: 1, rate: { starts: 1, perUs: SECOND } },
    revision: 2,
  },
  { kind: 'edit-queue', queue: 'q', edit: 'pause', revision: 2 },
  { kind: 'list-jobs', after: '', limit: 5, state: 'dead' },
  { kind: 'list-skips', after: '', limit: 5 },
  { kind: 'list-schedules', after: '', limit: 5 },
];

/** What a client that means no harm, or some, may put where something else belongs. */
const ODD: readonly unknown[] = [
  ...[undefined, null, true, 0, -0, -1, 0.5, 1e308, -1e308, 2 ** 53, Number.MAX_SAFE_INTEGER],
  ...[Number.MIN_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...['', 'known', 'new', 's', '__proto__', 'constructor', 'toString', '\u0000', '\ud800', 'pause'],
  ...['x'.repeat(1_000_000), 'Mars/Olympus', '0 0 30 2 *', '* * * * * * *', '@reboot', '* * * *'],
  ...[[], {}, [null], ['a', 'a'], [['a']], ['new'], ['nobody'], ['done', 'done'], { kind: 'cron' }],
  ...[{ toString: 1, valueOf: 1 }, JSON.parse('{"__proto__": {"queue": "q"}}')],
  ...[new Array(1_000).fill('a'), { starts: 1e9, perUs: 1 }, { everyUs: 1, kind: 'interval' }],
];

/** Every place in a value, as the way there. */
function placesOf(value: unknown, way: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...way, key]))];
}

function withOdd(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  const copy: Record<string, unknown> = { ...(value as object) };
  Object.defineProperty(copy, key, {
    value: withOdd(copy[key], rest, odd),
    ...{ enumerable: true, writable: true, configurable: true },
  });
  return Array.isArray(value) ? Object.values(copy) : copy;
}

function rowsOf(lab: EngineLab): readonly unknown[] {
  return [...lab.book.entries()];
}

/** The answer, after everything that has to hold of any answer was looked at. */
function judged(lab: EngineLab, request: unknown): ApiResult {
  const before = rowsOf(lab);
  const done = lab.ask(request as ApiRequest);
  const result = lab.result();
  if (result === undefined) throw new Error('no answer');
  if (result.kind === 'error') {
    expect(result.field).toMatch(/^./s);
    expect(result.reason).toMatch(/^./s);
    expect(result.field.length + result.reason.length).toBeLessThan(1_000);
    expect(done.persist).toEqual([]);
    expect(rowsOf(lab)).toEqual(before);
  }
  return result;
}

/** The member still does what it is for, and could do so in another term. */
function goesOn(lab: EngineLab): void {
  const next = lab.next(2);
  for (const each of [lab, next]) {
    each.beat('w2', { capacity: 50, tags: ['t', 'a', ''] });
    each.advance(2 * SECOND);
    each.submit('afterwards', { queue: 'other', priority: 1_000 });
    expect(each.result()).toMatchObject({ kind: 'ok' });
    expect(each.state('afterwards')).toBe('running');
  }
}

test('every request of the list is fine as it is', () => {
  for (const request of VALID) {
    const result = judged(labWithAll(), request);
    if (request.kind === 'retry') expect(result).toMatchObject({ field: 'attempts' });
    else expect(result.kind, JSON.stringify(request)).not.toBe('error');
  }
});

test('anything odd in any place: answered, with that place named, and nothing changed', () => {
  for (const request of VALID) {
    for (const way of placesOf(request)) {
      for (const odd of ODD) {
        const lab = labWithAll();
        const result = judged(lab, withOdd(request, way, odd));
        if (result.kind !== 'error') goesOn(lab);
        else if (way[0] === 'spec' && way.length > 1) {
          expect(isOf(result.field, way), `${way.join('.')}: ${result.field}`).toBe(true);
        }
      }
    }
  }
}, 120_000);

/** The field itself, what holds it or what is in it; or what is compared with it. */
function isOf(field: string, [, ...way]: readonly string[]): boolean {
  const expected = way.join('.');
  const isKin = expected.startsWith(field) || field.startsWith(expected);
  // The id of a job belongs to its spec; an end is wrong by its start.
  return isKin || field === 'job' || (expected === 'startUs' && field === 'endUs');
}

test('a field that nobody knows, anywhere in a request’s spec, is refused by its name', () => {
  const specs = VALID.filter((request) => 'spec' in request);
  for (const request of specs) {
    const objects = placesOf(request).filter((way) => {
      const at = way.reduce<unknown>(
        (each, key) => (each as Record<string, unknown>)[key],
        request,
      );
      return way[0] === 'spec' && typeof at === 'object' && !Array.isArray(at);
    });
    for (const way of objects) {
      for (const name of ['unheardOf', '__proto__', 'toString']) {
        const result = judged(labWithAll(), withOdd(request, [...way, name], 'x'));
        expect(result).toMatchObject({ kind: 'error', reason: 'unknown field' });
        expect((result as { field: string }).field.split('.').at(-1)).toBe(name);
      }
    }
  }
});

test('whatever JSON there is: an answer, and the member goes on', () => {
  const lab = labWithAll();
  const word = fc.constantFrom(...VALID.map(({ kind }) => kind), 'unheard-of');
  const anything = fc.anything({ maxDepth: 4, withNullPrototype: false });
  const half = fc.record({
    ...{ kind: word, job: anything, schedule: anything, queue: anything, spec: anything },
    ...{ edit: anything, revision: anything, after: anything, limit: anything, state: anything },
  });
  fc.assert(
    fc.property(fc.oneof(anything, fc.jsonValue(), half), (request) => {
      judged(lab, request);
    }),
    { numRuns: 1_000 },
  );
  goesOn(lab);
});

test('several odd things at once, and the same request twice, are answered alike', () => {
  const lab = labWithAll();
  const change = fc.record({ at: fc.nat(), odd: fc.constantFrom(...ODD) });
  const requests = fc
    .record({
      which: fc.nat({ max: VALID.length - 1 }),
      changes: fc.array(change, { maxLength: 4 }),
    })
    .map(({ which, changes }) =>
      changes.reduce<unknown>((request, { at, odd }) => {
        const places = placesOf(request);
        return withOdd(request, places[at % places.length] as readonly string[], odd);
      }, VALID[which]),
    );
  fc.assert(
    fc.property(requests, (request) => {
      const first = judged(lab, request);
      const again = judged(lab, structuredClone(request));
      if (first.kind === 'error') expect(again).toEqual(first);
    }),
    { numRuns: 500 },
  );
  goesOn(lab);
});

test('a job id of a tick may be longer than a client’s, and is found all the same', () => {
  const lab = new EngineLab();
  const schedule = 's'.repeat(200);
  lab.ask({ kind: 'put-schedule', schedule, spec: every(lab.host, SECOND) });
  lab.advance(SECOND);
  const [job = ''] = lab.book.jobs.keys();
  expect(job.length).toBeGreaterThan(200);
  expect(lab.answer({ kind: 'cancel', job })).toMatchObject({ kind: 'ok', state: 'cancelled' });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../src/lib/units.ts';
import { epochsAfter, versionOf } from '../../../src/scheduler/store/protocol.ts';
import { compare } from '../../../src/scheduler/store/replication.ts';
import { BEGIN, COMMIT, cas, OPTIONS, read, write } from './lab.ts';
import { NAMES, type Name, otherOf, Pair } from './pair.ts';

const promote = (timeline: number, asks = false) => ({ kind: 'promote', timeline, asks }) as const;

describe('a synchronous replica', () => {
  test('has every commit before anybody is told of it', () => {
    const pair = new Pair('sync').calm();
    pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
    pair.halves.store.settle();
    pair.collect();
    // It has been synced and shipped, and nobody has heard: the replica might not have it.
    expect(pair.outcome('a')).toBeUndefined();
    pair.call('store', 'reader', [read('x')]);
    expect(pair.outcome('reader')).toBeUndefined();
    pair.calm();
    expect(pair.outcome('a')).toMatchObject({ kind: 'ok', version: 1 });
    expect(pair.outcome('reader')).toMatchObject({ rows: [{ value: 1 }] });
    expect(pair.rows('store-2')).toEqual({ x: 1 });
  });

  test('that is away holds commits up for a while, then no longer, then again', () => {
    const pair = new Pair('sync').calm();
    pair.halves['store-2'].crash(true);
    pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
    pair
      .calm()
      .advance(OPTIONS.aloneAfterUs - 100 * MS)
      .calm();
    expect(pair.outcome('a')).toBeUndefined();
    pair.advance(600 * MS).calm();
    expect(pair.outcome('a')).toMatchObject({ kind: 'ok' });
    expect(pair.state('store').isAlone).toBe(true);
    pair.call('store', 'a', [BEGIN, write('y', 2), COMMIT]);
    pair.halves.store.settle();
    pair.collect();
    expect(pair.outcome('a')).toMatchObject({ kind: 'ok' });
    pair.halves['store-2'].start();
    pair.calm();
    expect(pair.state('store').isAlone).toBe(false);
    expect(pair.rows('store-2')).toEqual({ x: 1, y: 2 });
  });

  test('is told again what got lost on the way', () => {
    const pair = new Pair('sync').calm();
    for (const n of [1, 2, 3]) {
      pair.call('store', 'a', [BEGIN, write('x', n), COMMIT]);
      pair.halves.store.settle();
      pair.collect();
      if (n < 3) pair.packets = [];
    }
    pair.calm();
    expect(pair.rows('store-2')).toEqual({ x: 3 });
    expect(pair.outcome('a')).toMatchObject({ kind: 'ok' });
    pair.call('store', 'a', [BEGIN, write('x', 4), COMMIT]);
    pair.halves.store.settle();
    pair.collect();
    pair.packets = [];
    pair.advance(SECOND).calm();
    expect(pair.outcome('a')).toMatchObject({ kind: 'ok' });
  });
});

describe('a failover', () => {
  test('starts a timeline on which versions and epochs are newer than all before', () => {
    const pair = new Pair('sync').calm();
    pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
    pair.calm();
    pair.halves.store.crash(true);
    pair.order('store-2', promote(1)).calm();
    pair.call('store-2', 'b', [BEGIN, write('y', 2), COMMIT]);
    pair.calm();
    expect(pair.outcome('b')).toEqual({ kind: 'ok', rows: [], version: versionOf(1, 2) });
    expect(versionOf(1, 2)).toBeGreaterThan(versionOf(0, 2 ** 32 - 1));
    expect(epochsAfter(1)).toBeGreaterThan(epochsAfter(0) + 1_000_000);
  });

  test('refuses calls that rest on an earlier timeline, and does nothing of them', () => {
    const pair = new Pair('async').calm();
    pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
    pair.calm();
    pair.halves.store.crash(true);
    pair.order('store-2', promote(1)).calm();
    pair.call('store-2', 'b', [BEGIN, cas('x', 1, 'taken'), COMMIT], 0);
    pair.calm();
    expect(pair.outcome('b')).toEqual({ kind: 'new-timeline' });
    expect(pair.rows('store-2')).toEqual({ x: 1 });
    expect(pair.answers.at(-1)?.timeline).toBe(1);
  });

  test('makes a replica of the old primary, which gives up what the new one never had', () => {
    const pair = new Pair('async').calm();
    pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
    pair.calm();
    pair.call('store', 'a', [BEGIN, write('lost', 1), COMMIT]);
    pair.halves.store.crash(true);
    pair.packets = [];
    pair.order('store-2', promote(1)).calm();
    pair.call('store-2', 'b', [BEGIN, write('x', 2), COMMIT]);
    pair.calm();
    pair.halves.store.start();
    pair.calm();
    expect(pair.state('store')).toMatchObject({ role: 'replica', timeline: 1 });
    expect(pair.rows('store')).toEqual({ x: 2 });
    // It stays so, and whoever asks it is sent on.
    pair.halves.store.crash(true);
    pair.halves.store.start();
    pair.calm();
    expect(pair.rows('store')).toEqual({ x: 2 });
    pair.call('store', 'c', [read('x')]);
    pair.calm();
    expect(pair.outcome('c')).toEqual({ kind: 'not-primary', primary: 'store-2' });
  });

  test('is known to a primary as soon as a client has heard of it', () => {
    const pair = new Pair('async').calm();
    // The two cannot hear each other.
    pair.order('store-2', promote(1));
    pair.packets = [];
    pair.call('store', 'a', [read('x')], 0);
    expect(pair.state('store').isServing).toBe(true);
    pair.call('store', 'b', [read('x')], 1);
    expect(pair.state('store')).toMatchObject({ role: 'replica', isServing: false, timeline: 1 });
    pair.calm();
    expect(pair.outcome('b')).toMatchObject({ kind: 'not-primary' });
  });
});

test('a primary whose disk lost everything takes it from its replica before it serves', () => {
  const pair = new Pair('sync').calm();
  pair.call('store', 'a', [BEGIN, write('x', 1), COMMIT]);
  pair.calm();
  pair.halves.store.crash(true);
  pair.halves.store.machine.start();
  pair.halves.store.isUp = true;
  pair.call('store', 'b', [read('x')]);
  expect(pair.outcome('b')).toBeUndefined();
  pair.calm();
  pair.call('store', 'b', [read('x')]);
  pair.calm();
  expect(pair.outcome('b')).toMatchObject({ kind: 'ok', rows: [{ value: 1 }] });
});

test('a replica that missed more than is kept gets the whole state', () => {
  const pair = new Pair('async').calm();
  pair.halves['store-2'].crash(true);
  for (let n = 1; n <= 1_200; n++) pair.call('store', 'a', [BEGIN, write(`k${n}`, n), COMMIT]);
  pair.calm();
  pair.halves['store-2'].start();
  pair.calm();
  expect(Object.keys(pair.rows('store-2'))).toHaveLength(1_200);
  expect(pair.state('store-2').at).toEqual(pair.state('store').at);
});

/** What may happen to two stores, their network and their clients. */
const events = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), who: fc.nat(1) }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose' as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), who: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(4_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        who: fc.nat(1),
        settles: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), who: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('failover' as const) }) },
  ),
  { maxLength: 120, size: 'max' },
);
type Event = typeof events extends fc.Arbitrary<readonly (infer E)[]> ? E : never;

/** Plays events, and keeps the books of what clients were told and what an operator decided. */
class Story {
  readonly pair: Pair;
  readonly told = new Set<string>();
  /** Told of commits in the order in which they were. */
  readonly versions: number[] = [];
  /** Whether a failover may have lost something, by what the two had. */
  hasLost = false;
  #seen = 0;
  #count = 0;
  #timeline = 0;
  #primary: Name = 'store';
  readonly #writes = new Map<string, string>();

  constructor(mode: 'sync' | 'async') {
    this.pair = new Pair(mode).calm();
  }

  play(event: Event): void {
    const { pair } = this;
    switch (event.kind) {
      case 'commit':
        this.#commit(NAMES[event.who] as Name);
        break;
      case 'deliver': {
        const [packet] = pair.packets.splice(event.at % Math.max(1, pair.packets.length), 1);
        if (packet !== undefined) pair.deliver(packet);
        break;
      }
      case 'lose':
        pair.packets.splice(event.at % Math.max(1, pair.packets.length), 1);
        break;
      case 'repeat': {
        const packet = pair.packets[event.at % Math.max(1, pair.packets.length)];
        if (packet !== undefined) pair.packets.push(packet);
        break;
      }
      case 'settle':
        if (pair.halves[NAMES[event.who] as Name].isUp) {
          pair.halves[NAMES[event.who] as Name].settle();
        }
        pair.collect();
        break;
      case 'pass':
        pair.advance(event.ms * MS);
        break;
      case 'crash':
        this.#look();
        pair.halves[NAMES[event.who] as Name].crash(event.settles);
        break;
      case 'start':
        this.start(NAMES[event.who] as Name);
        break;
      case 'failover':
        this.#failover();
        break;
    }
    this.#look();
  }

  /** What a machine is told of its place, when it starts. */
  start(name: Name): void {
    const { pair } = this;
    if (pair.halves[name].isUp) return;
    pair.halves[name].start();
    if (this.#timeline === 0) return;
    const timeline = this.#timeline;
    pair.order(
      name,
      name === this.#primary ? promote(timeline, true) : { kind: 'demote', timeline },
    );
  }

  #failover(): void {
    const { pair } = this;
    const old = this.#primary;
    const next = otherOf(old);
    if (!pair.halves[old].isUp || !pair.halves[next].isUp) return;
    if (!pair.state(old).isServing) return;
    // What it has is what it would have after a crash of its own.
    pair.halves[next].settle();
    pair.collect();
    this.#look();
    if (compare(pair.state(next).at, pair.state(old).accepted) < 0) this.hasLost = true;
    pair.halves[old].crash(true);
    this.#primary = next;
    this.#timeline += 1;
    pair.order(next, promote(this.#timeline));
  }

  #commit(name: Name): void {
    const key = `k${++this.#count}`;
    this.#writes.set(`s${this.#count}`, key);
    this.pair.call(name, `s${this.#count}`, [BEGIN, write(key, key), COMMIT]);
  }

  /** Clients hear their answers. */
  #look(): void {
    for (const { session, outcome } of this.pair.answers.slice(this.#seen)) {
      const key = this.#writes.get(session);
      if (outcome.kind !== 'ok' || key === undefined || outcome.version === 0) continue;
      this.told.add(key);
      this.versions.push(outcome.version);
    }
    this.#seen = this.pair.answers.length;
  }

  /** Everybody is up and can talk for long enough. */
  end(): void {
    for (const name of NAMES) this.start(name);
    for (let round = 0; round < 10; round++) this.pair.calm().advance(2 * SECOND);
    this.pair.calm();
    this.#look();
  }
}

test.each(['sync', 'async'] as const)(
  '%s: what clients were told of survives everything but a failover that is seen to lose it',
  (mode) => {
    let losses = 0;
    fc.assert(
      fc.property(events, (list) => {
        const story = new Story(mode);
        for (const event of list) story.play(event);
        story.end();
        if (story.hasLost) losses += 1;
        const { pair } = story;
        const primary = pair.primary();
        const rows = pair.rows(primary);
        if (!story.hasLost) expect([...story.told].filter((key) => !(key in rows))).toEqual([]);
        // Afterwards the two are one again, and one of them serves.
        expect(pair.rows(otherOf(primary))).toEqual(rows);
        expect(pair.state(otherOf(primary))).toMatchObject({ role: 'replica', isServing: false });
        expect(new Set(story.versions).size).toBe(story.versions.length);
      }),
      { numRuns: 400 },
    );
    expect(losses > 0).toBe(true);
  },
);

/**
 * What is acknowledged survives whatever happens to machine and disk, as far as a disk can be
 * survived: a small register on a log of its own, under arbitrary plans.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Injector } from '../../src/faults/inject.ts';
import type { FaultKind, PlannedFault } from '../../src/faults/plan.ts';
import type { Fact } from '../../src/history/fact.ts';
import { ALL_KINDS, Recorder } from '../../src/history/history.ts';
import type { Message, Recovered } from '../../src/host/host.ts';
import type { Program } from '../../src/host/program.ts';
import { NOTHING, type Output } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { required } from '../../src/lib/assert.ts';
import { MS, SECOND, wallUs } from '../../src/lib/units.ts';
import { LogWriter, recoverLog, refuseToStart } from '../../src/scheduler/parts/log.ts';
import { Sim } from '../../src/sim/sim.ts';
import { anyParams } from '../support/plan-arbitraries.ts';

const KEYS = 4;
/** A long log of few rows, so that snapshots are in the middle of everything. */
const LIMITS = { records: 6, entriesPerRow: 1 };

interface Put extends Message {
  readonly kind: 'put';
  readonly n: number;
}
interface Entry {
  readonly key: number;
  readonly n: number;
}

/** Keeps the last number put under each key (a number's remainder), and says what is durable. */
class Register implements Program {
  readonly #rows = new Map<number, number>();
  #log: LogWriter<Entry> | undefined;

  onStart(recovered: Recovered): Output {
    const log = recoverLog<Entry>(recovered);
    if (log.kind === 'refused') return refuseToStart(log);
    for (const { entries } of log.records) for (const entry of entries) this.#apply(entry);
    this.#log = new LogWriter(log, { limits: LIMITS });
    return this.#seal(NOTHING);
  }

  onMessage(_: string, message: Message): Output {
    const { n } = message as Put;
    const entry = { key: n % KEYS, n };
    this.#apply(entry);
    const said = { kind: 'observe', testimony: { kind: 'note', text: `kept ${n}` } } as const;
    return this.#seal({ now: [], persist: [entry], afterSync: [said] });
  }

  onTimer(): Output {
    return NOTHING;
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): ReadonlyMap<number, number> {
    return this.#rows;
  }

  #apply({ key, n }: Entry): void {
    this.#rows.set(key, n);
  }

  #seal(output: Output): Output {
    const live = (): Entry[] => [...this.#rows].map(([key, n]) => ({ key, n }));
    return required(this.#log, 'a log').seal(output, this.#rows.size, live);
  }
}

interface Story {
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
  /** Spans between two puts. */
  readonly pausesUs: readonly number[];
}

interface Outcome {
  readonly facts: readonly Fact[];
  readonly kept: readonly number[];
  readonly put: number;
  readonly rows: ReadonlyMap<number, number> | undefined;
  readonly refused: string | undefined;
  readonly failed: ReadonlySet<string>;
}

const HEAL_US = 5 * SECOND;

function run({ seed, faults, pausesUs }: Story): Outcome {
  const kernel = new Kernel();
  const rng = createRng(String(seed));
  const recorder = new Recorder();
  const facts: Fact[] = [];
  recorder.subscribe({ listens: ALL_KINDS, onFact: (fact) => facts.push(fact) });
  const startWallUs = wallUs(1_700_000_000_000_000);
  const network = { latencyMinUs: 200, latencyMaxUs: 800 };
  const sim = new Sim({ kernel, rng, recorder, startWallUs, network, checked: true });
  sim.add({ name: 'm', role: 'store', factory: () => new Register() });
  const stakes = {
    assumes: { ratePpmMax: 500, wallErrorUsMax: 500 * MS, singleCopy: true, noSuspend: true },
    members: new Set(['m']),
    keepers: new Set(['m']),
    voters: new Set<string>(),
  };
  const injector = new Injector({ sim, kernel, recorder, plan: { faults }, rng, stakes });
  sim.startAll();
  injector.arm();
  let put = 0;
  for (const pauseUs of pausesUs) {
    kernel.run(Math.min(kernel.now + pauseUs, HEAL_US));
    sim.tell('m', { kind: 'put', n: put++ } as Put);
  }
  kernel.run(HEAL_US);
  injector.healAll();
  kernel.run(HEAL_US + 5 * SECOND);
  return { put, facts, ...judged(facts), rows: sim.machine('m').snapshot() as Outcome['rows'] };
}

function judged(facts: readonly Fact[]): Pick<Outcome, 'kept' | 'refused' | 'failed'> {
  const kept: number[] = [];
  const failed = new Set<string>();
  let refused: string | undefined;
  for (const fact of facts) {
    if (fact.kind === 'assumption-failed') failed.add(fact.assumption);
    if (fact.kind !== 'testified' || fact.said.kind !== 'note') continue;
    const { text } = fact.said;
    if (text.startsWith('kept ')) kept.push(Number(text.slice('kept '.length)));
    else if (fact.at > HEAL_US + 3 * SECOND) refused = text;
  }
  return { kept, refused, failed };
}

/** Nothing that was said to be kept is gone, and nothing is there that was not put. */
function expectKept({ kept, rows, put }: Outcome): void {
  expect(rows).toBeDefined();
  for (const n of kept) expect(rows?.get(n % KEYS)).toBeGreaterThanOrEqual(n);
  for (const [key, n] of rows ?? []) {
    expect(n % KEYS).toBe(key);
    expect(n).toBeLessThan(put);
  }
}

const stories = (kinds: readonly FaultKind[]): fc.Arbitrary<Story> => {
  const fault = fc.constantFrom(...kinds).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      atUs: fc.nat(HEAL_US),
      durationUs: fc.oneof(fc.nat(20 * MS), fc.nat(2 * SECOND)),
      params: anyParams(kind),
    }),
  );
  const faults = fc.array(fault, { maxLength: 10 }).map((list) =>
    list.map(
      ({ kind, atUs, durationUs, params }, i): PlannedFault => ({
        id: `f${i}`,
        kind,
        target: { by: 'name', name: 'm' },
        start: { kind: 'at', atUs },
        durationUs,
        params,
      }),
    ),
  );
  const pause = fc.oneof(fc.nat(400), fc.nat(5 * MS), fc.nat(700 * MS));
  return fc.record({ seed: fc.nat(), faults, pausesUs: fc.array(pause, { maxLength: 40 }) });
};

const PROCESS: readonly FaultKind[] = ['crash', 'kill', 'crash-at-write', 'pause'];
const HONEST: readonly FaultKind[] = [
  ...PROCESS,
  'crash',
  'crash-in-recovery',
  'restart-storm',
  'read-error',
  'disk-stall',
  'slow-disk',
  'disk-full',
  'sync-fail',
];

test('honest disks, however they fail, lose nothing that was acknowledged', () => {
  fc.assert(
    fc.property(stories(HONEST), (story) => {
      const outcome = run(story);
      expect(outcome.failed).toEqual(new Set());
      expect(outcome.refused).toBeUndefined();
      expectKept(outcome);
    }),
    { numRuns: 400 },
  );
}, 120_000);

test('damage is never read as empty: all that was acknowledged is there, or nobody starts', () => {
  fc.assert(
    fc.property(stories([...PROCESS, 'bit-rot', 'misdirected-write', 'sync-fail']), (story) => {
      const outcome = run(story);
      if (outcome.failed.has('store-durable')) return;
      if (outcome.refused !== undefined) {
        expect(outcome.refused).toMatch(/^refuses to start: /);
        expect(outcome.failed).toEqual(new Set(['disk-damage']));
      } else expectKept(outcome);
    }),
    { numRuns: 400 },
  );
}, 120_000);

test('whatever a disk does, what is lost is said to be lost', () => {
  const kinds: readonly FaultKind[] = [
    ...HONEST,
    'bit-rot',
    'misdirected-write',
    'phantom-write',
    'lying-sync',
    'old-snapshot',
  ];
  fc.assert(
    fc.property(stories(kinds), (story) => {
      const outcome = run(story);
      if (outcome.refused !== undefined) expect(outcome.failed.has('disk-damage')).toBe(true);
      else if (!outcome.failed.has('store-durable')) expectKept(outcome);
    }),
    { numRuns: 400 },
  );
}, 120_000);

/**
 * `sampling` against theory, and against the simulator of Sparrow's authors: through the very code
 * of the design, members and workers, on machines whose processors cost nothing. A short part runs
 * always; all of it with HUNT=1.
 */
import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/lib/units.ts';
import { type Policy, SPARROW } from '../../src/scheduler/designs/sampling/presets.ts';
import { runSampled } from '../support/sampled-cluster.ts';

const IS_HUNT = process.env['HUNT'] === '1';
const SERVICE_US = 100 * MS;
/** Nothing is lost here, so nothing is asked for again. */
const CALM = { ...SPARROW, probeAgainUs: 3_600 * SECOND, watchUs: 60 * SECOND };

describe('power of d choices', () => {
  const WORKERS = 500;

  /** Vvedenskaya, Dobrushin and Karpelevich; Mitzenmacher: many queues, the shortest of d. */
  function meanTime(load: number, d: number): number {
    let sum = 0;
    for (let i = 1; i < 2_000; i++) sum += load ** (d === 1 ? i - 1 : (d ** i - d) / (d - 1));
    return sum;
  }

  interface Stay {
    readonly waitUs: number;
    readonly serviceUs: number;
    readonly dueUs: number;
  }

  /**
   * Mean time in the system in mean services, with what is known of its noise taken out. By chance
   * more comes than is drawn for, or lasts longer: how much that changes is known from theory. A
   * worker that is drawn alone is a queue of its own, whose wait is independent of what comes to it
   * next, which tells more (see `queueing.test.ts`).
   */
  function measured(load: number, d: number, jobs: number, seed: string): number {
    const warmUp = Math.round(d === 1 ? jobs / 2 : jobs / 5);
    const gapUs = SERVICE_US / (WORKERS * load);
    const expected = SERVICE_US - SERVICE_US / load;
    const last = new Map<string, Stay>();
    let [n, waits, services, noise, firstUs, lastUs] = [0, 0, 0, 0, 0, 0];
    const cluster = { members: 2, workers: WORKERS, slots: 1, latencyUs: 0 };
    const preset = { ...CALM, policy: 'per-task', probeRatio: d } as const;
    const options = { ...cluster, seed, preset, gapUs, jobs, serviceUs: SERVICE_US };
    runSampled(options, ({ job, worker, dueUs, beganUs, serviceUs }) => {
      const before = last.get(worker);
      last.set(worker, { waitUs: beganUs - dueUs, serviceUs, dueUs });
      if (job === warmUp) firstUs = dueUs;
      if (job === jobs - 1) lastUs = dueUs;
      if (job < warmUp || before === undefined) return;
      n += 1;
      waits += beganUs - dueUs;
      services += serviceUs;
      noise += before.waitUs * (before.serviceUs - (dueUs - before.dueUs) - expected);
    });
    expect(n).toBeGreaterThan(0.99 * (jobs - warmUp));
    if (d === 1) return 1 + (waits + noise / expected) / n / SERVICE_US;
    const met = services / (WORKERS * (lastUs - firstUs));
    expect(Math.abs(met / load - 1)).toBeLessThan(0.03);
    return 1 + waits / services - (meanTime(met, d) - meanTime(load, d));
  }

  const GRID = [0.5, 0.7, 0.8, 0.9].flatMap((load) => [1, 2, 3].map((d) => [load, d] as const));
  const SHORT = [
    [0.5, 3],
    [0.7, 2],
    [0.8, 2],
  ] as const;

  test.each(IS_HUNT ? GRID : SHORT)(
    'at a load of %d, the shortest of %d',
    (load, d) => {
      const seeds = IS_HUNT ? ['a', 'b'] : ['a'];
      // A queue that is drawn alone forgets that it began empty the more slowly, the fuller it is.
      const most = d === 1 && load > 0.8 ? 1_500_000 : 300_000;
      const jobs = IS_HUNT ? most : 50_000;
      const found = seeds.map((seed) => measured(load, d, jobs, `${load} ${d} ${seed}`));
      const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
      const theory = meanTime(load, d);
      console.log(`load ${load}, d ${d}: ${mean.toFixed(4)}, in theory ${theory.toFixed(4)}`);
      expect(Math.abs(mean / theory - 1)).toBeLessThan(0.02);
    },
    600_000,
  );

  test('the closed form is that of the reference', () => {
    expect(meanTime(0.9, 2)).toBeCloseTo(2.6141, 4);
    expect(meanTime(0.8, 3)).toBeCloseTo(1.5809, 4);
    expect(meanTime(0.7, 1)).toBeCloseTo(3.3333, 4);
  });
});

/**
 * Delay over the ideal, in milliseconds, by the simulator of Sparrow's authors (radlab/sparrow at
 * afb8efad, simulation/): 1,000 workers of 4 slots, jobs of 100 tasks that are equally long, with a
 * mean of 100 ms, 0.5 ms one way, two probes per task; 3,000 jobs from an empty system, of which
 * 600 are left out. Seeds differ by up to 30 % in theirs.
 */
const THEIRS: Readonly<Record<Policy, Readonly<Record<string, number>>>> = {
  random: { '0.5': 171, '0.8': 646, '0.9': 1087 },
  'per-task': { '0.5': 18.5, '0.8': 110.5, '0.9': 166.5 },
  batch: { '0.5': 3.1, '0.8': 64.2, '0.9': 127.1 },
  'late-binding': { '0.5': 1.8, '0.8': 12.2, '0.9': 33.2 },
};

describe('Sparrow, as its authors simulated it', () => {
  const ORDER = ['random', 'per-task', 'batch', 'late-binding'] as const;
  const TASKS = 100;
  const SLOTS = 4;

  interface Setting {
    readonly workers: number;
    readonly jobs: number;
    readonly load: number;
  }

  /** How much longer than its tasks a job takes, on average. */
  function delayMs(policy: Policy, { workers, jobs, load }: Setting): number {
    const gapUs = (SERVICE_US * TASKS) / (workers * SLOTS * load);
    const warmUp = jobs / 5;
    const cluster = { members: 10, workers, slots: SLOTS, latencyUs: 500, tasksPerJob: TASKS };
    const preset = { ...CALM, policy, cancels: false };
    const delays = new Float64Array(jobs);
    const seed = `Sparrow at ${load}`;
    const options = { ...cluster, seed, preset, gapUs, jobs, serviceUs: SERVICE_US };
    runSampled(options, ({ job, dueUs, beganUs }) => {
      delays[job] = Math.max(delays[job] as number, beganUs - dueUs);
    });
    const counted = delays.subarray(warmUp);
    return counted.reduce((sum, each) => sum + each, 0) / counted.length / MS;
  }

  /** Each policy of the row is better than the one before. */
  function delaysInOrder(setting: Setting): Readonly<Record<Policy, number>> {
    const found = ORDER.map((policy) => [policy, delayMs(policy, setting)] as const);
    const said = found.map(([policy, delay]) => `${policy} ${delay.toFixed(1)} ms`).join(', ');
    console.log(`${setting.workers} workers at ${setting.load}: ${said}`);
    for (let i = 1; i < found.length; i++) {
      expect(found[i - 1]![1], said).toBeGreaterThan(found[i]![1]);
    }
    return Object.fromEntries(found) as Record<Policy, number>;
  }

  test('random is worse than per task, that than a batch, that than late binding', () => {
    const found = delaysInOrder({ workers: 200, jobs: 150, load: 0.8 });
    expect(found.random / found['per-task']).toBeGreaterThan(2);
    expect(found.batch / found['late-binding']).toBeGreaterThan(1.5);
  }, 120_000);

  // Their figures are of one seed, or of three that are up to 30 % apart, and so are ours; skipped
  // where nobody hunts.
  test.runIf(IS_HUNT).each([0.5, 0.8, 0.9])(
    'their delays (skipped where nobody hunts: HUNT=1) at a load of %d',
    (load) => {
      const found = delaysInOrder({ workers: 1_000, jobs: 3_000, load });
      for (const policy of ORDER) {
        const ratio = found[policy] / (THEIRS[policy][`${load}`] as number);
        expect(ratio, `${policy} at ${load}`).toBeGreaterThan(0.6);
        expect(ratio, `${policy} at ${load}`).toBeLessThan(1.6);
      }
    },
    1_200_000,
  );
});

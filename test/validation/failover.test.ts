/**
 * How long a cluster has no leader when its leader crashes: the real design `lease` with the
 * protocols and numbers of its presets, on idle simulated machines, against what follows from each
 * protocol alone.
 *
 * client-go: a leader renews each 2 s, so at its crash the last renewal is 0 to 2 s old. A follower
 * looks after 2 to 4.4 s, uniformly drawn; it sees that renewal one look late, and takes the lease
 * with its first look 15 s after that. So a takeover comes 15 - 2 to 15 + 4.4 + 4.4 s after the
 * crash, and on average, a look being E[p²] / 2 E[p] = 1.675 s away at any moment,
 * 15 - 1 + 1.675 + 1.675 = 17.35 s after it. With more followers the first counts; its mean, and
 * all quantiles below, are those of an independent Monte Carlo of these rules alone, without
 * messages or a store.
 *
 * The others decide by a limit that is fixed at the last renewal, so what is late is the age a of
 * that renewal at the crash, and the wait w for a follower's next look after the limit. At any
 * moment both are E[p²] / 2 E[p] on average for a period p.
 *
 *   river    15 - a + w, with a period of 5 s, and of 5 to 6 s uniformly:
 *            15 - 2.5 + 2.7576 = 15.26 s
 *   oban     30 - a + w, with periods of 13.5 to 15 s, and of 27 to 30 s:
 *            30 - 7.1316 + 14.2632 = 37.13 s
 *   session  10 - a, with a period of 3.333 s: 8.33 s; whoever watches is told at once
 */
import { describe, expect, test } from 'vitest';
import { foldOf, Recorder } from '../../src/history/history.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { MS, SECOND, wallUs } from '../../src/lib/units.ts';
import { quantile } from '../../src/metrics/statistics.ts';
import {
  CLIENT_GO,
  OBAN,
  RIVER,
  SESSION,
  takeoverBounds,
} from '../../src/scheduler/designs/lease/presets.ts';
import { Sim } from '../../src/sim/sim.ts';
import { interval999, REPLICATIONS, show } from '../support/interval.ts';
import { designOf } from '../support/runs.ts';

/** What messages, the store's disk and reading the book may add to the bounds of the protocol. */
const SLACK_US = 10 * MS;

interface Takeover {
  /** From the true moment of the crash: until the lease is taken, until its taker leads. */
  readonly leaseUs: number;
  readonly leaderUs: number;
}

interface Trial {
  readonly design: string;
  readonly members: number;
  readonly crashes: number;
  readonly latestUs: number;
  /** A crash comes after this and up to as long again, at any phase of everybody's rounds. */
  readonly restUs: number;
}

function takeovers(trial: Trial, seed: string): readonly Takeover[] {
  const { design, members, crashes, latestUs, restUs } = trial;
  const kernel = new Kernel();
  const recorder = new Recorder();
  const rng = createRng(seed);
  const network = { latencyMinUs: 100, latencyMaxUs: 200 };
  const sim = new Sim({ kernel, rng, recorder, startWallUs: wallUs(0), network });
  const names = Array.from({ length: members }, (_, i) => `scheduler-${i + 1}`);
  const context = { members: names, store: 'store', workers: [], zonesOf: () => new Map() };
  const built = designOf(design).build({ ...context, workerTimeoutUs: 10 * SECOND });
  for (const machine of built.machines) sim.add(machine);
  const seen = { leases: 0, leaders: 0, leader: '', leaseAt: 0, leaderAt: 0 };
  recorder.subscribe(
    foldOf({
      testified: ({ at, machine, said }) => {
        if (said.kind === 'lease' && said.event === 'acquired') {
          seen.leases += 1;
          seen.leaseAt = at;
        } else if (said.kind === 'role' && said.role === 'leader') {
          seen.leaders += 1;
          seen.leaderAt = at;
          seen.leader = machine;
        }
      },
    }),
  );
  sim.startAll();
  kernel.run(30 * SECOND);
  const moments = rng.stream('moments of crashes');
  return Array.from({ length: crashes }, (_, i) => {
    // Everybody is back and has looked; then any moment, each as likely.
    kernel.run(kernel.now + restUs + moments.below(restUs));
    expect(seen).toMatchObject({ leases: i + 1, leaders: i + 1 });
    const crashed = sim.machine(seen.leader);
    const atUs = kernel.now;
    crashed.crash('test');
    kernel.run(atUs + latestUs + SLACK_US);
    expect(seen, `after crash ${i} of ${seed}`).toMatchObject({ leases: i + 2, leaders: i + 2 });
    crashed.restart('test');
    return { leaseUs: seen.leaseAt - atUs, leaderUs: seen.leaderAt - atUs };
  });
}

describe("client-go's lease, when the leader crashes", () => {
  test.each([
    { standbys: 1, mean: 17.35, p01: 14.1, p50: 17.3, p99: 21.1 },
    { standbys: 2, mean: 16.52, p01: 13.86, p50: 16.47, p99: 19.65 },
  ])('$standbys standbys take over within the bounds and $mean s on average', (theory) => {
    const { standbys, mean } = theory;
    const seeds = Array.from({ length: REPLICATIONS }, (_, i) => `${standbys} standbys, ${i}`);
    const { earliestUs, latestUs } = takeoverBounds(CLIENT_GO);
    // Any moment of ten renewals; 32 × 64 = 2,048 crashes in all.
    const rounds = { crashes: 64, latestUs, restUs: 20 * SECOND };
    const trial = { design: 'lease', members: standbys + 1, ...rounds };
    const runs = seeds.map((seed) => takeovers(trial, seed));
    const all = runs.flat().map(({ leaderUs }) => leaderUs);
    const found = interval999(
      runs.map((run) => run.reduce((sum, { leaderUs }) => sum + leaderUs, 0) / run.length / SECOND),
    );
    const at = (q: number): number => quantile(all, q)! / SECOND;
    const [least, most] = [at(0), at(1)];
    console.log(
      `${standbys} standbys, ${all.length} crashes: mean ${show(found)} s, in theory ${mean} s; ` +
        `1 % ${at(0.01)} (${theory.p01}), half ${at(0.5)} (${theory.p50}), ` +
        `99 % ${at(0.99)} (${theory.p99}); ${least} to ${most} s`,
    );
    // The quantiles of so many crashes, of which 20 lie beyond the outer ones.
    expect(Math.abs(at(0.01) - theory.p01)).toBeLessThan(0.25);
    expect(Math.abs(at(0.5) - theory.p50)).toBeLessThan(0.15);
    expect(Math.abs(at(0.99) - theory.p99)).toBeLessThan(0.4);
    expect(least * SECOND).toBeGreaterThanOrEqual(earliestUs);
    expect(most * SECOND).toBeLessThanOrEqual(latestUs + SLACK_US);
    expect(2 * found.reach).toBeLessThan(0.02 * mean);
    expect(Math.abs(found.mean - mean)).toBeLessThan(found.reach + SLACK_US / SECOND);
    const loading = runs.flat().map(({ leaseUs, leaderUs }) => leaderUs - leaseUs);
    console.log(`reading the book back took up to ${Math.max(...loading)} us`);
  });
});

/** Mean of a period that is uniform between two times, as seen from any moment. */
const restOf = (low: number, high: number): number =>
  (low * low + low * high + high * high) / 3 / (low + high);

describe('the other presets, when the leader crashes', () => {
  test.each([
    { preset: RIVER, low: 10, high: 21, restS: 30, mean: 15 - restOf(5, 5) + restOf(5, 6) },
    { preset: OBAN, low: 15, high: 60, restS: 90, mean: 30 - restOf(13.5, 15) + restOf(27, 30) },
    { preset: SESSION, low: 20 / 3, high: 10, restS: 20, mean: 10 - restOf(10 / 3, 10 / 3) },
  ])('$preset.name: 200 takeovers within $low to $high s, $mean s on average', (theory) => {
    const { preset, low, high, restS, mean } = theory;
    const { earliestUs, latestUs } = takeoverBounds(preset);
    expect(earliestUs / SECOND).toBeCloseTo(low, 5);
    expect(latestUs / SECOND).toBe(high);
    const trial = { design: `lease:${preset.name}`, members: 2, crashes: 10, latestUs };
    const seeds = Array.from({ length: 20 }, (_, i) => `${preset.name}, ${i}`);
    const runs = seeds.map((seed) => takeovers({ ...trial, restUs: restS * SECOND }, seed));
    const all = runs.flat().map(({ leaderUs }) => leaderUs);
    const found = all.reduce((sum, us) => sum + us, 0) / all.length / SECOND;
    const [least, most] = [0, 1].map((q) => quantile(all, q)! / SECOND) as [number, number];
    console.log(`${preset.name}: mean ${found}, in theory ${mean}; ${least} to ${most} s`);
    expect(all).toHaveLength(200);
    expect(least * SECOND).toBeGreaterThanOrEqual(earliestUs - SLACK_US);
    expect(most * SECOND).toBeLessThanOrEqual(latestUs + SLACK_US);
    // The bounds are near what happens, not far around it.
    expect(least).toBeLessThan(low + 0.1 * (high - low));
    expect(most).toBeGreaterThan(high - 0.1 * (high - low));
    expect(Math.abs(found - mean)).toBeLessThan(0.05 * mean);
  });
});

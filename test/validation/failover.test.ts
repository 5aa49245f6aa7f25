/**
 * How long a cluster has no leader when its leader crashes: the real design `lease` with the
 * numbers of client-go, on idle simulated machines, against what follows from the protocol alone.
 *
 * A leader renews each 2 s, so at its crash the last renewal is 0 to 2 s old. A follower looks
 * after 2 to 4.4 s, uniformly drawn; it sees that renewal one look late, and takes the lease with
 * its first look 15 s after that. So a takeover comes 15 - 2 to 15 + 4.4 + 4.4 s after the crash,
 * and on average, a look being E[p²] / 2 E[p] = 1.675 s away at any moment, 15 - 1 + 1.675 + 1.675
 * = 17.35 s after it. With more followers the first counts; its mean, and all quantiles below, are
 * those of an independent Monte Carlo of these rules alone, without messages or a store.
 */
import { describe, expect, test } from 'vitest';
import { foldOf, Recorder } from '../../src/history/history.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { MS, SECOND, wallUs } from '../../src/lib/units.ts';
import { quantile } from '../../src/metrics/statistics.ts';
import { Sim } from '../../src/sim/sim.ts';
import { interval999, REPLICATIONS, show } from '../support/interval.ts';
import { designOf } from '../support/runs.ts';

/** Bounds of the protocol, and what messages, the store's disk and reading the book may add. */
const EARLIEST_US = 13 * SECOND;
const LATEST_US = 23.8 * SECOND;
const SLACK_US = 10 * MS;

/** Crashes of each seed: 32 × 64 = 2,048 in all. */
const CRASHES = 64;

interface Takeover {
  /** From the true moment of the crash: until the lease is taken, until its taker leads. */
  readonly leaseUs: number;
  readonly leaderUs: number;
}

function takeovers(members: number, seed: string): readonly Takeover[] {
  const kernel = new Kernel();
  const recorder = new Recorder();
  const rng = createRng(seed);
  const network = { latencyMinUs: 100, latencyMaxUs: 200 };
  const sim = new Sim({ kernel, rng, recorder, startWallUs: wallUs(0), network });
  const names = Array.from({ length: members }, (_, i) => `scheduler-${i + 1}`);
  const context = { members: names, store: 'store', workers: [], zonesOf: () => new Map() };
  const built = designOf('lease').build({ ...context, workerTimeoutUs: 10 * SECOND });
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
  return Array.from({ length: CRASHES }, (_, i) => {
    // Everybody is back and has looked; then any moment of ten renewals, each as likely.
    kernel.run(kernel.now + 20 * SECOND + moments.below(20 * SECOND));
    expect(seen).toMatchObject({ leases: i + 1, leaders: i + 1 });
    const crashed = sim.machine(seen.leader);
    const atUs = kernel.now;
    crashed.crash('test');
    kernel.run(atUs + LATEST_US + SLACK_US);
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
    const runs = seeds.map((seed) => takeovers(standbys + 1, seed));
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
    expect(least * SECOND).toBeGreaterThanOrEqual(EARLIEST_US);
    expect(most * SECOND).toBeLessThanOrEqual(LATEST_US + SLACK_US);
    expect(2 * found.reach).toBeLessThan(0.02 * mean);
    expect(Math.abs(found.mean - mean)).toBeLessThan(found.reach + SLACK_US / SECOND);
    const loading = runs.flat().map(({ leaseUs, leaderUs }) => leaderUs - leaseUs);
    console.log(`reading the book back took up to ${Math.max(...loading)} us`);
  });
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Simulation, simulate } from '../../src/explore/simulate.ts';
import { ClaimBroken } from '../../src/explore/simulate-story.ts';
import { BadInput } from '../../src/lib/outcome.ts';
import { defineClaim, defineDesign, defineFault } from '../../src/seaworthy.ts';
import { terminal } from '../cli/terminal.ts';
import { onLeader } from '../support/runs.ts';
import { polite, shyBeats, twin } from './own.ts';

const OWN = resolve(import.meta.dirname, 'own.ts');
const PAUSE = { faults: [onLeader('pause', 12_000_000, 20_000_000)] };

/** Beats to the leader are lost for a while, and a claim of one's own minds. */
const SHY = {
  plan: {
    faults: [{ ...onLeader('pause', 8_000_000, 15_000_000), kind: 'shy-beats', params: {} }],
  },
  claims: [polite],
  faults: [shyBeats],
};

/** The same request twice: both runs are one. */
function simulateTwice(...request: Parameters<typeof simulate>): Simulation {
  const [design, options] = request;
  const run = simulate(design, { ...options, twice: true });
  expect(simulate(design, options).fingerprint).toBe(run.fingerprint);
  expect(run.difference()).toBeUndefined();
  return run;
}

test('a run is a pure function of design, plan and seed', () => {
  const run = simulateTwice('lease', { plan: PAUSE, seed: 7 });
  expect(run.plan).toEqual(PAUSE);
  expect(run.holds()).toBe(true);
  expect(run.holds('single-effect')).toBe(true);
  expect(run.verdicts.get('single-effect')?.kind).toBe('held');
  expect(simulate('lease', { plan: PAUSE, seed: 8 }).fingerprint).not.toBe(run.fingerprint);
});

test('what a design does not promise is not asked about, unless by name', () => {
  const run = simulateTwice('lease+fencing=off', { plan: PAUSE });
  expect(run.holds()).toBe(true);
  const unpromised = run.broken.find(({ isPromised }) => !isPromised);
  expect(() => run.holds(unpromised?.claim ?? '')).toThrow(ClaimBroken);
});

test('cluster and workload take the place of the scenario’s, key by key', () => {
  const one = simulateTwice('single', { workload: { arrivals: { kind: 'fixed', perSecond: 1 } } });
  const many = simulate('single', { workload: { arrivals: { kind: 'fixed', perSecond: 4 } } });
  expect(many.transcript().length).toBeGreaterThan(2 * one.transcript().length);
  const alone = simulate('lease', { cluster: { members: 1 } });
  expect(alone.transcript()[0]).not.toContain('scheduler-2');
});

test('an own design, claim and kind of fault are judged, drawn and told like built-in ones', () => {
  const calm = simulateTwice(twin, { claims: [polite] });
  expect(calm.holds()).toBe(true);
  expect([...calm.verdicts.keys()].at(-1)).toBe('polite');
  const run = simulateTwice(twin, SHY);
  const told = run.transcript().join('\n');
  expect(told).toMatch(/shy-beats/);
  expect(run.broken.map(({ claim }) => claim)).toEqual(['polite']);
  expect(() => run.holds()).toThrow(/twin breaks polite \(seed 1, 1 fault\): .* was lost/);
});

test('the command that is told replays a case of own code, inline or from a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-cases-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const options of [SHY, { ...SHY, saveCase: folder }]) {
    const run = simulate(twin, options);
    const command = run.replayCommand('polite') ?? '';
    expect(command).toMatch(/^npx seaworthy replay \S+ --module \S+$/);
    const it = terminal({ cwd: process.cwd() });
    const code = await it.run(...command.split(' ').slice(2));
    expect(it.err()).toContain('The same run, step by step: twin, seed 1,');
    expect(code).toBe(1);
    expect(it.out()).toContain('shy-beats');
  }
  expect(readdirSync(folder)).toEqual(['twin.polite.json']);
});

test('a case of own code without its module, and a damaged one, are refused', async () => {
  const run = simulate('lease~impatient-leader');
  const [, , , inline = ''] = (run.replayCommand('stable-leadership') ?? '').split(' ');
  const it = terminal();
  expect(await it.run('replay', inline, '--grep', 'leader')).toBe(1);
  expect(await it.run('replay', inline.slice(0, 80))).toBe(2);
  expect(await it.run('replay', inline, '--module', 'gone.ts')).toBe(2);
  expect(await it.run('replay', inline, '--module', OWN.replace('own.ts', 'forgetful.ts'))).toBe(2);
  const [, , , own = ''] = (simulate(twin, SHY).replayCommand('polite') ?? '').split(' ');
  expect(await it.run('replay', own)).toBe(2);
  for (const said of [
    'is damaged',
    'there is no such file',
    'exports no design',
    "of fault 'shy-beats'",
  ]) {
    expect(it.err()).toContain(said);
  }
});

test('everything wrong with a request is told at once', () => {
  const plan = { faults: [{ ...onLeader('pause', -1, 5), kind: 'earthquake' }] };
  const cluster = { workerz: 3, slots: 0 } as never;
  const wrong = () => simulate('leese', { plan, cluster, claims: [polite, polite] });
  expect(wrong).toThrow(BadInput);
  for (const said of [
    'leese',
    'earthquake',
    'workerz',
    'cluster.slots',
    "'polite' is there twice",
  ]) {
    expect(wrong).toThrow(said);
  }
  expect(() => simulate('single').holds('no-los')).toThrow("did you mean 'no-loss'?");
  expect(() => simulate('single', { scenario: 'nonsense' })).toThrow(BadInput);
});

test('everything wrong with a definition is told at once', () => {
  const wrongs: readonly [() => unknown, readonly string[]][] = [
    [
      () => defineDesign({ name: 'lease', build: 3 as never, takeoverUs: -1 }),
      ["there is a built-in 'lease'", 'build: ', 'takeoverUs: -1'],
    ],
    [
      () => defineClaim({ id: 'no-loss', sentence: ' ', excusedBy: ['bad luck' as never] }),
      ["there is a built-in 'no-loss'", 'sentence', 'bad luck', 'either fold or judge'],
    ],
    [
      () =>
        defineClaim({ id: 'odd', sentence: 'x', fold: () => ({ 'job-began': () => {} }) as never }),
      ['there is no such kind of fact'],
    ],
    [
      () =>
        defineFault({
          kind: 'pause',
          sentence: '',
          roles: ['king' as never],
          params: { n: { words: 'n', low: 2, high: 1 } },
        }),
      ["there is a built-in 'pause'", 'sentence', 'king', 'params.n', 'does nothing'],
    ],
    [
      () =>
        simulate(
          defineDesign({
            name: 'crowd',
            build: () => [
              { name: 'ledger', program: 1 as never },
              { name: 'a', role: 'store', program: () => ({}) as never },
              { name: 'a', role: 'store', program: () => ({}) as never },
            ],
          }),
        ),
      ["'ledger' is taken", 'build.0.program', "'a' names two machines"],
    ],
  ];
  for (const [wrong, saids] of wrongs) {
    expect(wrong).toThrow(BadInput);
    for (const said of saids) expect(wrong).toThrow(said);
  }
});

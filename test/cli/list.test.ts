import { expect, test } from 'vitest';
import { FAULTS } from '../../src/faults/faults.ts';
import { FAULT_KINDS } from '../../src/faults/plan.ts';
import { terminal } from './terminal.ts';

interface Listed {
  readonly kind: string;
  readonly family: string;
  readonly sentence: string;
  readonly params: readonly Readonly<Record<string, unknown>>[];
  readonly excuses: readonly string[];
  readonly roles: readonly string[];
}

test('list faults has a sentence for every kind, and as JSON everything else', async () => {
  const it = terminal();
  expect(await it.run('list', 'faults')).toBe(0);
  const lines = it.out().split('\n');
  for (const kind of FAULT_KINDS) {
    expect(lines.filter((line) => line.startsWith(`  ${kind} `))).toHaveLength(1);
  }
  const json = terminal();
  expect(await json.run('list', 'faults', '--json')).toBe(0);
  const listed = JSON.parse(json.out()) as Listed[];
  expect(listed.map(({ kind }) => kind)).toEqual(FAULT_KINDS);
  for (const [i, { sentence, params, roles, excuses }] of listed.entries()) {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(roles.length).toBeGreaterThan(0);
    expect(excuses).toEqual(FAULTS[i]?.excuses);
    expect(params.map((param) => param['planName'])).toEqual(Object.keys(FAULTS[i]?.params ?? {}));
  }
  const loss = listed.find(({ kind }) => kind === 'loss');
  expect(loss?.family).toBe('network');
  expect(loss?.params[0]).toEqual({
    name: 'loss',
    planName: 'lossPpm',
    words: 'the chance of each message to be lost',
    unit: 'ppm',
    low: 0,
    high: 1_000_000,
  });
});

test('explain says what a number of a fault means, its unit, range and default', async () => {
  const it = terminal();
  expect(await it.run('explain', 'delay')).toBe(0);
  const text = it.out().replace(/\s+/g, ' ');
  expect(text).toContain('family: network');
  expect(text).toContain('delay: added to every message (a span of time, 0s to 366d)');
  expect(text).toMatch(/jitter: optional: .* \(a span of time, 0s to 366d, default 0s\)/);
  expect(text).toMatch(/direction: .* \(a number, -1 to 1, default -1\)/);
  expect(text).toContain('can hit: scheduler, store, worker, client, ledger');
  expect(text).toContain('excuses: no claim');
  expect(text).toContain('storms/showcase');
});

test('explain of a selection says which part of it is unknown', async () => {
  for (const [text, meant] of [
    ['lease~no-self-fnce', "did you mean 'no-self-fence'?"],
    ['lease+fencin=off', "did you mean 'fencing'?"],
  ] as const) {
    const it = terminal();
    expect(await it.run('explain', text)).toBe(2);
    expect(it.err()).toContain(meant);
  }
  const incident = terminal();
  await incident.run('explain', 'incidents/starved-leader');
  expect(incident.out()).toContain('known to hold: lease\n');
  const design = terminal();
  await design.run('explain', 'lease');
  expect(design.out()).toContain('    lease~no-self-fence\n');
});

test('explain says what a fault excuses, and which profiles draw', async () => {
  const it = terminal();
  await it.run('explain', 'lying-sync');
  expect(it.out()).toContain('claims that rest on what was accepted');
  expect(it.out()).toContain('storms/everything');
  const profile = terminal();
  await profile.run('explain', 'beyond');
  expect(profile.out()).toContain('    store-failover\n');
  const list = terminal();
  await list.run('list', 'profiles');
  expect(list.out()).toContain('  everything  ');
});

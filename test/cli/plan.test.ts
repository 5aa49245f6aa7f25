import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDocument } from '../../src/report/document-schema.ts';
import { HEAD, terminal } from './terminal.ts';

/** A short storm; its machines are few, so that a run takes a moment. */
const STORMY = `${HEAD}design: single
seeds: 2
cluster: {members: 1, workers: 2}
workload: {arrivals: {rate: 2/s}}
faults: {profile: crashes}
phases: {warmUp: 5s, chaos: 30s}
`;

function fingerprintsOf(json: string): readonly string[] {
  const document = readDocument(json);
  if (document.kind === 'failed') throw new Error('no document');
  return document.value.designs.flatMap(({ seeds }) => seeds.map((row) => row.fingerprint));
}

test('--print-plan prints the plan of every seed, and runs nothing', async () => {
  const it = terminal();
  it.write('x.yaml', STORMY);
  expect(await it.run('run', 'x.yaml', '--print-plan')).toBe(0);
  const documents = it.out().split('---\n');
  expect(documents.map((text) => text.split('\n')[0])).toEqual([
    '# small, seed 1',
    '# small, seed 2',
  ]);
  expect(documents[0]).toContain('  kind: crash\n  target: leader\n  at: ');
  expect(existsSync(join(it.folder, 'reports'))).toBe(false);
});

test('a plan given back makes the same run, step by step', async () => {
  const it = terminal();
  it.write('x.yaml', STORMY);
  await it.run('run', 'x.yaml', '--seed', '2', '--json');
  const drawn = fingerprintsOf(it.out());
  const printer = terminal();
  printer.write('x.yaml', STORMY);
  await printer.run('run', 'x.yaml', '--seed', '2', '--print-plan');
  const other = terminal();
  other.write('x.yaml', STORMY);
  other.write('plan.yaml', printer.out());
  await other.run('run', 'x.yaml', '--seed', '2', '--plan', 'plan.yaml', '--json');
  expect(fingerprintsOf(other.out())).toEqual(drawn);
  const document = readDocument(other.out());
  if (document.kind === 'failed') throw new Error('no document');
  expect(document.value.command).toMatch(/ --seed 2 --plan plan\.yaml$/);

  const report = join(other.folder, 'reports/small/report.json');
  expect(readFileSync(report, 'utf8')).toBe(other.out());
  const replays = terminal();
  replays.write('x.yaml', STORMY);
  replays.write('plan.yaml', printer.out());
  await replays.run('replay', report, '--print-plan');
  expect(replays.out()).toBe(printer.out());
  expect(await replays.run('replay', 'x.yaml', '--seed', '2', '--print-plan')).toBe(0);
  expect(replays.out()).toBe(printer.out().repeat(2));
  const argv = ['replay', 'x.yaml', '--seed', '2', '--plan', 'plan.yaml', '--grep', 'phase'];
  await replays.run(...argv);
  expect(replays.err()).toContain(drawn[0]);
});

test('a plan that is not sound is refused with the place of every problem', async () => {
  const it = terminal();
  it.write('x.yaml', STORMY);
  it.write(
    'plan.yaml',
    '- {kind: crash, target: leader, at: 9s}\n- {kind: cash, target: leader}\n',
  );
  expect(await it.run('run', 'x.yaml', '--plan', 'plan.yaml')).toBe(2);
  expect(it.err()).toContain("plan.yaml:1:3 0: needs 'for', how long it lasts");
  expect(it.err()).toContain('plan.yaml:2:10 1.kind: "cash" is not known here');
  it.write('aim.yaml', '- {kind: crash, target: leder, at: 9s, for: 1s}\n');
  expect(await it.run('run', 'x.yaml', '--plan', 'aim.yaml')).toBe(2);
  expect(it.err()).toContain('aim.yaml:1:25 0.target: "leder" is not known here (did you mean');
  expect(await it.run('run', 'x.yaml', '--plan', 'none.yaml')).toBe(2);
  expect(it.err()).toContain('none.yaml: there is no such file');
  expect(await it.run('replay', 'plan.json', '--plan', 'plan.yaml')).toBe(2);
  expect(it.err()).toContain('a plan goes with a scenario');
});

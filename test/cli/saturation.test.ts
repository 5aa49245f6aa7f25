import { expect, test } from 'vitest';
import { HEAD, terminal } from './terminal.ts';

const SLOW = `${HEAD}designs: [single]
cluster: {workers: 4, slots: 50, cpu: 400}
workload: {clients: 2, arrivals: {rate: 1/s}, run: 20ms}
phases: {warmUp: 10s, chaos: 9s}
`;
const SEARCH = ['--seeds', '2', '--from', '10/s', '--to', '80/s', '--precision', '50%'];

test('prints a table, or JSON, with a rate for every design', async () => {
  const it = terminal();
  it.write('slow.yaml', SLOW);
  expect(await it.run('saturation', 'slow.yaml', ...SEARCH)).toBe(0);
  expect(it.out()).toMatch(/dispatch p99 within 1s/);
  expect(it.out()).toMatch(/single +\d+(\.\d+)? +[\d.]+ to [\d.]+ +2 +\w/);
  const other = terminal();
  other.write('slow.yaml', SLOW);
  expect(await other.run('saturation', 'slow.yaml', ...SEARCH, '--json')).toBe(0);
  const { request, designs } = JSON.parse(other.out());
  expect(request).toMatchObject({ lowPerS: 10, highPerS: 80, seeds: ['1', '2'] });
  expect(designs).toMatchObject([{ design: 'single', seeds: [{ seed: '1' }, { seed: '2' }] }]);
});

test('tells everything that is wrong with its options at once', async () => {
  const it = terminal();
  it.write('slow.yaml', SLOW);
  const wrong = ['--from', '10', '--p99', 'soon', '--precision', '0%', '--designs', 'singel'];
  expect(await it.run('saturation', 'slow.yaml', ...wrong)).toBe(2);
  for (const option of ['--from', '--p99', '--precision', '--designs']) {
    expect(it.err()).toContain(option);
  }
  expect(it.err()).toContain('did you mean');
});

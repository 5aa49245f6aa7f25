/** Inputs read once for all seeds: what is refused, what is left out and told, what is fitted. */
import { describe, expect, test } from 'vitest';
import { prepare } from '../../src/scenario/prepare.ts';
import type { LoadedScenario } from '../../src/scenario/scenario.ts';
import { designOf, scenarioOf } from '../support/runs.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function prepared(workload: string, input: Pick<LoadedScenario, 'crontab' | 'trace'>) {
  const scenario = scenarioOf(`workload: ${workload}\ncluster: {workers: 4, slots: 5}`);
  return prepare({ scenario, text: '', hash: '', ...input }, designOf('single'));
}

const crontab = (text: string) =>
  prepared('{crontab: c.txt}', { crontab: { path: 'c.txt', bytes: bytes(text) } });

const TRACE_S = [0, 1_000, 90_000];
const trace = (scales: string) => {
  const lines = TRACE_S.map((submit, i) => `${i + 1} ${submit} 0 ${3_600 * (i + 1)} 1`);
  const path = 't.swf';
  return prepared(`{trace: {file: ${path}, ${scales}}}`, {
    trace: { path, bytes: bytes(lines.join('\n')) },
  });
};

describe('a crontab', () => {
  test('loses the lines that cannot run, each with its number', () => {
    const read = crontab('* * * * * x\n0 30 * * * y\n*/2 * * * * z\n');
    if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
    expect(read.value.schedules.map(({ name }) => name)).toEqual(['cron-0001', 'cron-0003']);
    expect(read.value.unused).toEqual([
      { file: 'c.txt', line: 2, problem: expect.stringContaining('hour: 30') },
    ]);
    expect(read.value.due.length).toBeGreaterThan(0);
  });

  test('without a line that can run is refused, and so is one with too many', () => {
    const none = crontab('nonsense\n');
    expect(none.kind === 'failed' && none.error).toEqual([
      expect.objectContaining({ path: 'workload.crontab', file: 'c.txt', line: 1 }),
    ]);
    const many = crontab('* * * * * x\n'.repeat(2_001));
    expect(many.kind === 'failed' && many.error).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('2001 lines') }),
    ]);
  });
});

describe('a trace', () => {
  test('that is fitted fills the time of asking and half of the slots', () => {
    const read = trace('timeScale: fit, sizeScale: fit');
    if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
    const { timeline, traceJobs } = read.value;
    const windowUs = timeline.askUntilUs - timeline.askFromUs;
    const last = traceJobs.at(-1)?.submitUs ?? 0;
    expect(last / windowUs).toBeGreaterThan(0.7);
    expect(last).toBeLessThanOrEqual(windowUs);
    const workUs = traceJobs.reduce((sum, { runUs }) => sum + runUs, 0);
    expect(workUs / (windowUs * 20)).toBeGreaterThan(0.3);
    expect(workUs / (windowUs * 20)).toBeLessThanOrEqual(0.5);
  });

  test('that is not fitted makes the run as long as it is', () => {
    const read = trace('timeScale: 10');
    if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
    expect(read.value.timeline.askUntilUs).toBeGreaterThanOrEqual(9_000 * 1e6);
    expect(read.value.timeline.auditUs).toBeGreaterThan(read.value.timeline.askUntilUs + 3_600e6);
  });

  test('of more jobs than are wanted says which are used', () => {
    const read = trace('jobs: 2');
    if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
    expect(read.value.traceJobs).toHaveLength(2);
    expect(read.value.unused).toEqual([
      { file: 't.swf', line: 2, problem: expect.stringContaining('the first 2 jobs are used') },
    ]);
  });
});

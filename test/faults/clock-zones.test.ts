/** Members with old rules of time zones, in whole runs, each done twice. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../src/faults/plan.ts';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

/** Clocks go forward in Berlin 40 s into the run: 01:59:59 is followed by 03:00:00. */
const CHANGE_US = 40 * SECOND;

const oldRules = (atUs: number, durationUs: number): PlannedFault => ({
  id: 'old',
  kind: 'old-zone-rules',
  target: { by: 'share', role: 'scheduler', share: 'all' },
  start: { kind: 'at', atUs },
  durationUs,
  params: {},
});

function ranUnder(design: string, faults: readonly PlannedFault[], zone = 'Europe/Berlin') {
  const scenario = scenarioOf(`
cluster: {startsAt: '2025-03-30T00:59:20Z', members: 2, workers: 2, wallError: 0s, clockRate: 0ppm}
workload:
  arrivals: {rate: 1/s}
  schedules:
    - {name: two, cron: '*/5 * 2 * * *', zone: ${zone}}
    - {name: three, cron: '*/5 * 3 * * *', zone: ${zone}}
phases: {warmUp: 10s, chaos: 60s}
`);
  const facts: Fact[] = [];
  const result = runTwice(preparedOf(scenario, design), '1', {
    plan: { faults },
    onFact: (fact) => facts.push(fact),
  });
  const of = <K extends Fact['kind']>(kind: K): FactOf<K>[] =>
    facts.filter((f): f is FactOf<K> => f.kind === kind);
  return { result, of };
}

const events = (faults: readonly FactOf<'fault'>[]): string[] => faults.map(({ event }) => event);
const failed = (facts: readonly FactOf<'assumption-failed'>[]): string[] =>
  facts.map(({ assumption, machine }) => `${assumption} ${machine}`);

describe.each(['single', 'lease'])('%s', (design) => {
  test('older rules decide nothing that newer ones have decided', () => {
    const { result, of } = ranUnder(design, [oldRules(20 * SECOND, 40 * SECOND)]);
    expect(events(of('fault'))).toEqual(['drawn', 'armed', 'bitten', 'ended']);
    expect(failed(of('assumption-failed'))[0]).toBe('zone-rules scheduler-1');
    expect(brokenOf(result)).toEqual({});
    const notes = of('testified').flatMap(({ said }) => (said.kind === 'note' ? [said.text] : []));
    expect(notes.some((text) => /zone rules older than the book's/.test(text))).toBe(true);
    const decided = of('testified').flatMap(({ at, said }) =>
      said.kind === 'tick-decided' ? [{ at, schedule: said.tick.schedule }] : [],
    );
    // Two o'clock does not come; three o'clock is decided when the right rules are back. The first
    // instant after the gap stands for all of two o'clock.
    const late = decided.filter(({ at }) => at >= 20 * SECOND && at < 60 * SECOND);
    expect(late).toEqual([]);
    expect(decided.some(({ at, schedule }) => schedule === 'three' && at >= 60 * SECOND)).toBe(
      true,
    );
  });

  test('a book that has only seen the old rules goes by them, which is excused', () => {
    const { result, of } = ranUnder(design, [oldRules(0, 65 * SECOND)]);
    expect(brokenOf(result)).toEqual({});
    expect(result.verdicts.get('never-early')).toMatchObject({
      kind: 'excused',
      assumption: 'zone-rules',
    });
    const early = of('body-began').filter(({ tick }) => tick?.schedule === 'two');
    expect(early[0]?.at).toBeGreaterThanOrEqual(CHANGE_US);
    expect(early.length).toBeGreaterThan(1);
  });

  test('where no zone of a schedule changes, nothing happens and nobody restarts', () => {
    const { of } = ranUnder(design, [oldRules(20 * SECOND, 30 * SECOND)], 'America/New_York');
    expect(events(of('fault'))).toEqual(['drawn', 'armed', 'ended']);
    expect(of('assumption-failed')).toEqual([]);
    expect(of('machine').filter(({ incarnation }) => incarnation > 1)).toEqual([]);
  });
});

test('two such faults on one machine: the rules are right again when both have ended', () => {
  const { of } = ranUnder('single', [
    oldRules(20 * SECOND, 10 * SECOND),
    { ...oldRules(25 * SECOND, 20 * SECOND), id: 'older' },
  ]);
  const starts = of('machine')
    .filter(({ role, state }) => role === 'scheduler' && state === 'up')
    .map(({ at, why }) => `${why}@${at / SECOND}`);
  expect(starts).toEqual(['start@0', 'old@20', 'older@25', 'older@45']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_LINE, printScenario } from '../../src/scenario/print.ts';
import { parseScenario } from '../../src/scenario/schema.ts';
import { scenarios } from '../support/scenario-arbitraries.ts';

test('what is printed parses to the same scenario and prints to the same bytes', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const text = printScenario(scenario);
      const parsed = parseScenario(text, 'printed.yaml');
      expect(parsed).toEqual({ kind: 'ok', value: scenario });
      if (parsed.kind === 'ok') expect(printScenario(parsed.value)).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test('canonical text says everything, defaults included, and points editors at the schema', () => {
  const parsed = parseScenario('apiVersion: seaworthy/v1\nname: a\nwhy: To be short.\n');
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.error));
  const text = printScenario(parsed.value);
  expect(text.split('\n')[0]).toBe(FIRST_LINE);
  expect(text).toContain('  latency: {min: 300us, max: 2ms}');
  expect(text).toContain('  clockRate: 50ppm');
  expect(text).toContain('faults: {profile: calm, intensity: 1}');
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CaseFile, printCase, readCase } from '../../src/explore/case-file.ts';
import { replayCase } from '../../src/explore/replay.ts';
import { runSeed } from '../../src/explore/run.ts';
import { BadInput } from '../../src/lib/outcome.ts';
import { fairPlans } from '../../src/testing.ts';
import { bundled, designOf, onLeader, preparedOf } from '../support/runs.ts';

const LOADED = bundled('calm/idle');
const RUN: Omit<CaseFile, 'apiVersion' | 'scenario'> = {
  design: 'lease',
  seed: '7',
  fingerprint: '0123456789abcdef',
  broken: { claim: 'no-loss', atUs: 1_500_000, summary: 'a job is gone' },
  plan: { faults: [onLeader('pause', 20_000_000, 3_000_000)] },
};
const TEXT = printCase(LOADED, RUN);

const problemsOf = (text: string) => {
  const read = readCase(text);
  return read.kind === 'failed' ? read.error : [];
};
const changed = (change: (file: Record<string, never>) => void): string => {
  const file = JSON.parse(TEXT);
  change(file);
  return JSON.stringify(file);
};

test('a case comes back as it was written, and prints to the same bytes', () => {
  const read = readCase(TEXT);
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  const { scenario, apiVersion, ...run } = read.value;
  expect(apiVersion).toBe('seaworthy/case/v1');
  expect(scenario).toEqual({ name: 'idle', hash: LOADED.hash, text: LOADED.text });
  expect(run).toEqual(RUN);
  expect(printCase(LOADED, run)).toBe(TEXT);
});

test('what is known of a shrunk case comes back as well', () => {
  const bound = { fault: 'f1', number: 'durationUs', value: 3_000_000, holdsBelow: 2_970_000 };
  const known = {
    ...RUN,
    shrunkFrom: { hash: 'abc', faults: 7, runs: 120, isCutShort: false },
    robust: false,
    story: [' 1 0.000001s # m is paused'],
    counterfactual: [{ ...bound, sentence: 'held, had the pause been shorter than 2.97 s' }],
  };
  const text = printCase(LOADED, known);
  const read = readCase(text);
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  const { scenario: _, apiVersion, ...run } = read.value;
  expect(apiVersion).toBe('seaworthy/case/v1');
  expect(run).toEqual(known);
  const wrong = text.replace('"holdsBelow"', '"holdsUnder"');
  expect(problemsOf(wrong).map(({ path }) => path)).toEqual(['counterfactual.0']);
});

test('any plan comes back', () => {
  const bounds = { chaosFromUs: 5_000_000, chaosUntilUs: 60_000_000, faultsMax: 6 };
  const plans = fairPlans({ ...bounds, ratePpmMax: 400, wallErrorUsMax: 400_000 });
  fc.assert(
    fc.property(plans, (plan) => {
      const read = readCase(printCase(LOADED, { ...RUN, plan }));
      expect(read.kind === 'ok' && read.value.plan).toEqual(plan);
    }),
    { numRuns: 50 },
  );
});

test('another version is refused by name', () => {
  const text = TEXT.replace('seaworthy/case/v1', 'seaworthy/case/v2');
  expect(problemsOf(text).map(({ path }) => path)).toEqual(['apiVersion']);
});

test('an unknown kind of fault is a problem at its place', () => {
  const text = TEXT.replace('"pause"', '"earthquake"');
  const problems = problemsOf(text);
  expect(problems.map(({ path }) => path)).toEqual(['faults.0.kind']);
  expect(problems[0]?.problem).toContain('earthquake');
});

test('impossible numbers of a plan are problems too', () => {
  const text = TEXT.replace('"durationUs": 3000000', '"durationUs": -1');
  expect(text).not.toBe(TEXT);
  expect(problemsOf(text).map(({ path }) => path)).toEqual(['plan.faults.0.durationUs']);
});

test('every missing and every superfluous part is named at once', () => {
  const text = changed((file) => {
    delete file['seed'];
    delete file['broken'];
    Object.assign(file, { note: 'mine' });
  });
  const paths = problemsOf(text).map(({ path, problem }) => `${path} ${problem}`);
  expect(paths.length).toBe(3);
  for (const word of ['seed', 'broken', 'note']) expect(paths.join('\n')).toContain(word);
});

test('a file that ends early, is empty or is something else is not a case', () => {
  for (const text of [TEXT.slice(0, TEXT.length / 2), '', 'hello']) {
    expect(problemsOf(text)).toEqual([{ path: '', problem: expect.stringContaining('not JSON') }]);
  }
  for (const text of ['null', '[]', '7']) expect(problemsOf(text).length).toBe(1);
});

test('a case of a design that is not there says so when it is replayed', () => {
  const request = { loaded: LOADED, design: 'leese', seed: '1' };
  expect(() => replayCase(request)).toThrow(BadInput);
  expect(() => replayCase(request)).toThrow(/leese/);
});

test('a case replays the plan it holds, whatever would be drawn now', () => {
  const { plan, seed, design } = RUN;
  const { fingerprint } = runSeed(preparedOf(LOADED.scenario, designOf(design)), seed, { plan });
  const replayed = replayCase({ loaded: LOADED, design, seed, plan });
  expect(replayed.fingerprint).toBe(fingerprint);
  expect(replayed.lines.length).toBe(replayed.atUs.length);
  expect(replayed.lines.some((line) => line.includes('paused'))).toBe(true);
  expect(replayCase({ loaded: LOADED, design, seed }).fingerprint).not.toBe(fingerprint);
});

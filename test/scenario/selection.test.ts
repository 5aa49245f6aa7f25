import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkSelection,
  type DesignChoice,
  parseSelection,
  printSelection,
} from '../../src/scenario/selection.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/);

test('a selection is read back from its own text', () => {
  const selection = fc.record(
    {
      design: name,
      preset: name,
      options: fc
        .uniqueArray(fc.tuple(name, name), { selector: ([key]) => key, maxLength: 3 })
        .map((pairs) => Object.fromEntries(pairs)),
      mutant: name,
    },
    { requiredKeys: ['design', 'options'] },
  );
  fc.assert(
    fc.property(selection, (it) => {
      const text = printSelection(it as Parameters<typeof printSelection>[0]);
      const parsed = parseSelection(text);
      expect(parsed).toEqual({ kind: 'ok', value: it });
      if (parsed.kind === 'ok') expect(printSelection(parsed.value)).toBe(text);
    }),
  );
});

test('options are printed in order of their names', () => {
  const parsed = parseSelection('lease:river+seed=1+fencing=off');
  expect(parsed.kind === 'ok' && printSelection(parsed.value)).toBe(
    'lease:river+fencing=off+seed=1',
  );
});

test.each([
  ['', '"" in "" is not a name'],
  ['Lease', '"Lease" in "Lease" is not a name'],
  ['lease:', '"" in "lease:" is not a name'],
  ['lease:a:b', '"lease:a:b" names two presets'],
  ['lease~a~b', '"lease~a~b" names two mutants'],
  ['lease+fencing', '"fencing" in "lease+fencing" is not option=value'],
  ['lease+a=b+a=c', '"lease+a=b+a=c" sets \'a\' twice'],
])('%j is refused', (text, problem) => {
  const parsed = parseSelection(text);
  expect(parsed.kind === 'failed' && parsed.error[0]?.problem).toBe(problem);
});

const DESIGNS: readonly DesignChoice[] = [
  { name: 'single', presets: ['default'], options: {}, mutants: [] },
  {
    name: 'lease',
    presets: ['client-go', 'river'],
    options: { fencing: ['on', 'off'] },
    mutants: ['late'],
  },
];

test.each([
  ['leese', "there is no design 'leese'", "did you mean 'lease'?"],
  ['lease:rivr', "there is no preset of lease called 'rivr'", "did you mean 'river'?"],
  ['lease+fencin=on', "there is no option of lease called 'fencin'", "did you mean 'fencing'?"],
  ['lease+fencing=of', "there is no fencing of lease called 'of'", "did you mean 'off'?"],
  ['single~late', "there is no mutant of single called 'late'", 'it has none'],
])('%s does not exist, and what was meant is said', (text, problem, hint) => {
  const parsed = parseSelection(text);
  if (parsed.kind === 'failed') throw new Error('unreadable');
  const [found, ...others] = checkSelection(parsed.value, DESIGNS);
  expect(others).toEqual([]);
  expect([found?.problem, found?.hint]).toEqual([problem, hint]);
});

test('what exists is no problem', () => {
  const parsed = parseSelection('lease:river+fencing=off~late');
  expect(parsed.kind === 'ok' && checkSelection(parsed.value, DESIGNS)).toEqual([]);
});

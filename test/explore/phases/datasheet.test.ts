import { expect, test } from 'vitest';
import { datasheetSteps } from '../../../src/explore/phases/datasheet.ts';
import { DIALS } from '../../../src/explore/phases/dials.ts';
import { worstOf } from '../../../src/explore/phases/point.ts';
import type { Datasheet, DatasheetRow } from '../../../src/report/document.ts';
import { bundled, preparedOf } from '../../support/runs.ts';

const { scenario } = bundled('calm/datasheet');

function sheetOf(selection: string): Datasheet {
  const steps = datasheetSteps(preparedOf(scenario, selection), ['1']);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const rowsAbout = ({ rows }: Datasheet, key: string): readonly DatasheetRow[] =>
  rows.filter(({ assumption }) => assumption === DIALS.find((dial) => dial.key === key)?.sentence);

const unfenced = sheetOf('lease+fencing=off');

test('an unfenced lease breaks where a pause outlasts it, and not before', () => {
  const breaks = rowsAbout(unfenced, 'pause.ms').filter(({ claim }) => claim === 'tick-once');
  expect(breaks.length).toBe(1);
  // The lease is 15 s long and renewed every 2 s; it was seen late by a look and taken by the next.
  expect(breaks[0]?.low).toBeGreaterThanOrEqual(10_000);
  expect(breaks[0]?.high).toBeLessThanOrEqual(24_000);
  expect(breaks[0]).toMatchObject({ assumed: null, unit: 'ms', note: 'not promised' });
});

test('half as long a lease breaks at half the pause', () => {
  const [longer, shorter] = [unfenced, sheetOf('lease+fencing=off+term=5s')].map(
    (sheet) => rowsAbout(sheet, 'pause.ms').find(({ claim }) => claim === 'tick-once')?.measured,
  );
  expect((longer as number) / (shorter as number)).toBeGreaterThan(2);
  expect((longer as number) / (shorter as number)).toBeLessThan(4.5);
});

test('the same request gives the same sheet', () => {
  expect(sheetOf('lease+fencing=off')).toEqual(unfenced);
});

test('a wall clock that is wrong by less than is assumed breaks nothing', () => {
  const rows = rowsAbout(unfenced, 'clock.wallErrorMs');
  for (const { low, assumed } of rows) expect(low).toBeGreaterThanOrEqual(assumed as number);
  expect(rows.map(({ claim }) => claim)).toContain('never-early');
});

test('every dial has a line, and what broke at no size says up to which it held', () => {
  for (const { key } of DIALS) {
    const last = rowsAbout(unfenced, key).at(-1);
    expect(last, key).toMatchObject({ claim: 'every other claim', measured: null, high: null });
    expect(last?.low, key).toBeGreaterThan(0);
  }
});

test('of what seeds show, the worst counts', () => {
  const safe = { verdict: 'safe', broken: [] } as const;
  const late = { verdict: 'unavailable', claim: 'recovers', broken: ['recovers'] } as const;
  const unsafe = { verdict: 'unsafe', claim: 'no-loss', broken: ['no-loss'] } as const;
  expect(worstOf([safe, late, unsafe, late])).toEqual({
    ...{ verdict: 'unsafe', share: 0.25, claim: 'no-loss' },
  });
  expect(worstOf([safe, safe])).toEqual({ verdict: 'safe', share: 1 });
  expect(worstOf([])).toEqual({ verdict: 'unknown', share: 0 });
});

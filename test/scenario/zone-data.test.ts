import { describe, expect, it } from 'vitest';
import { zoneRules, zoneTable } from '../../src/scenario/zone-data.ts';
import { APIA, at, iso, LORD_HOWE, NEW_YORK } from '../scheduler/schedule/support.ts';

const read = (zone: string, from: string, until: string) => {
  const rules = zoneRules(zone, at(from), at(until));
  if (rules.kind === 'failed') throw new Error(rules.error);
  return rules.value;
};
const changes = (zone: string, from: string, until: string) =>
  read(zone, from, until).transitions.map(
    (t) => `${iso(t.atS * 1e6).slice(0, 16)} ${t.offsetS / 3_600}`,
  );

describe('zone rules', () => {
  it.each([
    [NEW_YORK, '2024-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    [LORD_HOWE, '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    [APIA, '2011-12-01T00:00:00Z', '2012-02-01T00:00:00Z'],
  ])('agree with those written by hand', (byHand, from, until) => {
    expect(read(byHand.zone, from, until)).toEqual({
      ...byHand,
      version: process.versions.tz,
    });
  });

  it('Troll moves by two hours, Kathmandu not at all', () => {
    expect(changes('Antarctica/Troll', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual([
      '2026-03-29T01:00 2',
      '2026-10-25T01:00 0',
    ]);
    const kathmandu = read('Asia/Kathmandu', '2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z');
    expect(kathmandu.initialOffsetS).toBe(20_700);
    expect(kathmandu.transitions).toEqual([]);
  });

  it('Amman stopped changing its clocks in 2022', () => {
    expect(changes('Asia/Amman', '2021-06-01T00:00:00Z', '2026-01-01T00:00:00Z')).toEqual([
      '2021-10-28T22:00 2',
      '2022-02-24T22:00 3',
    ]);
  });

  it('include a change at the very end of the range, not one at its start', () => {
    const change = '2025-03-09T07:00:00Z';
    expect(changes('America/New_York', '2025-03-01T00:00:00Z', change)).toHaveLength(1);
    const after = read('America/New_York', change, '2025-04-01T00:00:00Z');
    expect(after).toMatchObject({ initialOffsetS: -14_400, transitions: [] });
  });

  it('are read once', () => {
    const twice = [1, 2].map(() => read('Europe/London', '2025-01-01T00:00:00Z', '2026-01-01Z'));
    expect(twice[0]).toBe(twice[1]);
  });

  it.each(['Mars/Olympus', '', '+05:00', '../etc/passwd', 'x'.repeat(1_000)])(
    'no zone %s',
    (name) => {
      const rules = zoneRules(name, at('2025-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z'));
      expect(rules.kind === 'failed' && rules.error).toMatch(/^unknown time zone/);
    },
  );

  it('a range that runs backwards is refused', () => {
    const rules = zoneRules('UTC', at('2026-01-01T00:00:00Z'), at('2025-01-01T00:00:00Z'));
    expect(rules.kind).toBe('failed');
  });
});

describe('a table of zones', () => {
  const range = [at('2025-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z')] as const;
  it('holds each by name', () => {
    const table = zoneTable(['UTC', 'America/New_York', 'UTC'], ...range);
    expect(table.kind === 'ok' && [...table.value.keys()]).toEqual(['UTC', 'America/New_York']);
  });
  it('fails as a whole', () => {
    expect(zoneTable(['UTC', 'Nowhere'], ...range)).toEqual({
      kind: 'failed',
      error: 'unknown time zone "Nowhere"',
    });
  });
});

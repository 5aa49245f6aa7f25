import { expect, test } from 'vitest';
import { TickMap, tickText } from '../../src/history/tick-map.ts';
import { wallUs } from '../../src/lib/units.ts';

const tick = (schedule: string, us: number) => ({ schedule, nominalUs: wallUs(us) });

test('ticks are the same when they say the same', () => {
  const map = new TickMap<string>();
  map.set(tick('a', 1), 'first');
  map.set(tick('a', 2), 'second');
  map.set(tick('b', 1), 'third');
  expect(map.get(tick('a', 1))).toBe('first');
  expect(map.has(tick('b', 2))).toBe(false);
  expect(map.size).toBe(3);
  map.delete(tick('a', 1));
  expect([...map.values()]).toEqual(['second', 'third']);
});

test('a value is made once', () => {
  const map = new TickMap<{ text: string }>();
  const made = map.getOrMake(tick('a', 1), (t) => ({ text: tickText(t) }));
  expect(map.getOrMake(tick('a', 1), () => ({ text: 'another' }))).toBe(made);
  expect(made.text).toBe('a@1');
});

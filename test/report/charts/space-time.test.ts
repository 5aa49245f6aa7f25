/** Space-time diagrams as structure: what stands where, and that nothing is left out. */
import { describe, expect, test } from 'vitest';
import { spaceTimeChart, subjectJobs } from '../../../src/report/charts/space-time.ts';
import { acrossOf } from '../../../src/report/charts/space-time-lanes.ts';
import { clockText, TEXT_ROW, timeScale } from '../../../src/report/charts/space-time-scale.ts';
import { storiesSection } from '../../../src/report/sections/stories.ts';
import { brokenDocument, sampleDocument } from '../../support/sample-document.ts';
import { sampleStory } from '../../support/sample-story.ts';

const STORY = sampleStory();
const chart = spaceTimeChart(STORY, 'story-1').text;
const all = (pattern: RegExp): string[] => [...chart.matchAll(pattern)].map((it) => it[1] ?? '');

describe('time', () => {
  const scale = timeScale(STORY);

  test('goes down in order, and no two instants share a place', () => {
    const times = [20, 20.003, 30, 60, 60.1, 60.103, 61.2, 61.203, 61.25].map((s) => s * 1e6);
    const places = times.map((us) => scale.y(us));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(times.length);
    expect(scale.y(1e12)).toBeLessThanOrEqual(scale.height);
  });

  test('long silences are marked, and short gaps are not', () => {
    expect(scale.silences.map(({ us }) => us)).toEqual([9_997_000, 30_000_000, 1_000_000]);
  });

  test('words of one machine do not overlap', () => {
    const crowded = {
      ...STORY,
      events: STORY.events.map((event) => ({ ...event, machine: 'worker-1', atUs: 61_200_000 })),
    };
    const rows = [...timeScale(crowded).rowOf.values()];
    const gaps = rows.slice(1).map((row, i) => row - (rows[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(TEXT_ROW);
  });
});

describe('the chart', () => {
  test('every message and every event can be found by its id, once', () => {
    const ids = all(/ data-id="([^"]+)"/g).sort();
    expect(ids).toEqual([...STORY.messages, ...STORY.events].map(({ id }) => id).sort());
  });

  test('lost messages end before they arrive, with a cross', () => {
    expect(all(/(class="cross")/g)).toHaveLength(1);
    const across = acrossOf(STORY);
    const end = Number(/data-id="m3"[^>]* x2="([\d.]+)%"/.exec(chart)?.[1]);
    expect(end).toBeGreaterThan(across.x('scheduler-1'));
    expect(end).toBeLessThan(across.x('worker-1'));
  });

  test('bands have their words, and their holder’s own time where it differs', () => {
    expect(all(/class="era (\w+)"/g)).toEqual(['leader', 'lease', 'paused', 'fault']);
    expect(all(/class="own (\w+)"/g)).toEqual(['wall']);
    expect(chart).toContain('by its wall clock 60.500 s to 90.500 s');
  });

  test('what the verdict rests on is marked, and the job that it is about', () => {
    expect(all(/data-id="(e\d)" class="event rests"/g)).toEqual(['e4', 'e6']);
    expect([...subjectJobs(STORY)]).toEqual(['c1-7']);
    expect(all(/(class="body subject")/g)).toHaveLength(1);
    expect(chart).toContain(`tick-once is broken at ${clockText(STORY.atUs)}`);
  });

  test('the harness has a lane when it did something', () => {
    expect(acrossOf(STORY).names[0]).toBe('harness');
    const events = STORY.events.filter(({ machine }) => machine !== null);
    expect(acrossOf({ ...STORY, events }).names).toEqual(STORY.machines.map(({ name }) => name));
  });

  test('no two elements have the same id', () => {
    const ids = all(/ id="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the section', () => {
  test('lists every event and message in order of time, and says what is left out', () => {
    const text = storiesSection(brokenDocument()).text;
    const rows = [...text.matchAll(/data-row="([^"]+)" data-at="([\d.]+)/g)];
    const times = rows.map((row) => Number(row[2]));
    expect(rows).toHaveLength(STORY.messages.length + STORY.events.length);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(text).toContain('3 events and 40 messages before the first');
    expect(text).toContain('2 more broken claims');
    expect(text).toContain('lost: f2-partition');
  });

  test('is not there when nothing broke', () => {
    expect(storiesSection(sampleDocument()).text).toBe('');
  });
});

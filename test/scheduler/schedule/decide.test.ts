import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, type WallUs, wallUs } from '../../../src/lib/units.ts';
import type { MisfirePolicy, ScheduleSpec } from '../../../src/scheduler/api.ts';
import {
  type Decided,
  decideTicks,
  type TickDecision,
} from '../../../src/scheduler/schedule/decide.ts';
import { at, compiled, cronTiming, iso, specOf, us } from './support.ts';

const EVERY_MINUTE = compiled(cronTiming('* * * * *'));
const NOON = at('2025-06-01T12:00:00Z');
const plus = (minutes: number): WallUs => wallUs(NOON + minutes * MINUTE);
const spec = (misfire: Partial<MisfirePolicy>, bounds = {}) =>
  specOf(cronTiming('* * * * *'), misfire, bounds);

/** Decisions as "12:05 run on-time". */
const words = (decided: Decided) =>
  decided.decisions.map((d) => `${iso(d.nominalUs).slice(11, 16)} ${d.action} ${d.reason}`);
const decide = (s: ScheduleSpec, cursor: WallUs, now: WallUs, limit = 100) =>
  decideTicks(s, EVERY_MINUTE, cursor, now, limit);

describe('decideTicks', () => {
  it('runs what is due and on time, and says what comes next', () => {
    const decided = decide(spec({}), NOON, plus(1));
    expect(words(decided)).toEqual(['12:01 run on-time']);
    expect(decided.cursorUs).toBe(plus(1));
    expect(decided.nextDueUs).toBe(plus(2));
    expect(decided.more).toBe(false);
  });

  it('decides nothing before the next tick, or when the clock went back', () => {
    for (const now of [wallUs(plus(1) - 1), plus(-60)]) {
      const decided = decide(spec({}), NOON, now);
      expect(decided).toEqual({ decisions: [], cursorUs: NOON, nextDueUs: plus(1), more: false });
    }
  });

  it('a tick exactly the window late is on time, a microsecond more is late', () => {
    const window = spec({ windowUs: us('30s') });
    const now = wallUs(plus(1) + us('30s'));
    expect(words(decide(window, NOON, now))).toEqual(['12:01 run on-time']);
    expect(words(decide(window, NOON, wallUs(now + 1)))).toEqual(['12:01 skip skipped-late']);
  });

  it('skips late ticks', () => {
    expect(words(decide(spec({ late: 'skip' }), NOON, plus(3)))).toEqual([
      '12:01 skip skipped-late',
      '12:02 run on-time',
      '12:03 run on-time',
    ]);
  });

  it('runs the latest late tick once', () => {
    expect(words(decide(spec({ late: 'once' }), NOON, plus(5)))).toEqual([
      '12:01 skip superseded-by-once',
      '12:02 skip superseded-by-once',
      '12:03 run late-once',
      '12:04 run on-time',
      '12:05 run on-time',
    ]);
  });

  it('runs all late ticks, the newest catchUpMax of them', () => {
    expect(words(decide(spec({ late: 'all', catchUpMax: 2 }), NOON, plus(6)))).toEqual([
      '12:01 skip over-catch-up',
      '12:02 skip over-catch-up',
      '12:03 run late-all',
      '12:04 run late-all',
      '12:05 run on-time',
      '12:06 run on-time',
    ]);
    const none = decide(spec({ late: 'all', catchUpMax: 0 }), NOON, plus(3));
    expect(words(none)[0]).toBe('12:01 skip over-catch-up');
    const plenty = decide(spec({ late: 'all', catchUpMax: 50 }), NOON, plus(3));
    expect(words(plenty)[0]).toBe('12:01 run late-all');
  });

  it('keeps to startUs <= nominal < endUs', () => {
    const bounded = spec({ windowUs: us('1h') }, { startUs: plus(2), endUs: plus(4) });
    const decided = decide(bounded, NOON, plus(10));
    expect(words(decided)).toEqual(['12:02 run on-time', '12:03 run on-time']);
    expect(decided.nextDueUs).toBeUndefined();
    // The end bounds what is counted as late, too: 12:03 is the latest that there is.
    const once = spec({ late: 'once' }, { startUs: plus(2), endUs: plus(4) });
    expect(words(decide(once, NOON, plus(10))).at(-1)).toBe('12:03 run late-once');
  });

  it('stops at the limit and says that there is more', () => {
    const decided = decide(spec({ late: 'all' }), NOON, plus(10), 2);
    expect(words(decided)).toEqual(['12:01 skip over-catch-up', '12:02 skip over-catch-up']);
    expect(decided.more).toBe(true);
    expect(decided.nextDueUs).toBe(plus(3));
    expect(decided.cursorUs).toBe(plus(2));
  });

  it('takes a backlog of years in bounded pieces', () => {
    const old = wallUs(NOON - 20 * 366 * 24 * 60 * MINUTE);
    const open = spec({ late: 'all', catchUpMax: 1_000 }, { startUs: old });
    const decided = decide(open, old, NOON, 10);
    expect(decided.decisions.every((d) => d.reason === 'over-catch-up')).toBe(true);
    expect(decided.decisions).toHaveLength(10);
  });
});

const policies = fc.record<MisfirePolicy>({
  late: fc.constantFrom('skip', 'once', 'all'),
  windowUs: fc.integer({ min: 0, max: 20 * MINUTE }),
  catchUpMax: fc.integer({ min: 0, max: 20 }),
});
const later = fc.integer({ min: 0, max: 60 * MINUTE });

/** Decides until nothing is left, `limit` at a time. */
function drain(s: ScheduleSpec, cursor: WallUs, now: WallUs, limit: number) {
  const decisions: TickDecision[] = [];
  let at = cursor;
  for (;;) {
    const decided = decide(s, at, now, limit);
    decisions.push(...decided.decisions);
    at = decided.cursorUs;
    if (!decided.more) return { decisions, cursor: at };
  }
}

describe('whoever decides, and however often', () => {
  it('the limit changes no fate', () => {
    fc.assert(
      fc.property(policies, later, fc.integer({ min: 1, max: 7 }), (policy, lag, limit) => {
        const s = spec(policy);
        const now = wallUs(NOON + lag);
        expect(drain(s, NOON, now, limit)).toEqual(drain(s, NOON, now, 1_000));
      }),
    );
  });

  it('each tick is decided once, in order, none left out', () => {
    fc.assert(
      fc.property(policies, fc.array(later, { maxLength: 8 }), (policy, nows) => {
        let cursor = NOON;
        const seen: number[] = [];
        for (const lag of nows) {
          const decided = drain(spec(policy), cursor, wallUs(NOON + lag), 5);
          seen.push(...decided.decisions.map((d) => d.nominalUs));
          cursor = decided.cursor;
        }
        const last = Math.floor(Math.max(0, ...nows) / MINUTE);
        expect(seen).toEqual(Array.from({ length: last }, (_, n) => plus(n + 1)));
      }),
    );
  });

  it('looking more often changes nothing while ticks are on time', () => {
    fc.assert(
      fc.property(policies, later, fc.array(later, { maxLength: 8 }), (policy, lag, nows) => {
        // The window reaches back to the cursor: every tick is on time at every look.
        const s = spec({ ...policy, windowUs: us('1h') });
        const once = drain(s, NOON, wallUs(NOON + lag), 100);
        let cursor = NOON;
        const often: TickDecision[] = [];
        for (const now of [...nows.filter((n) => n <= lag).sort((a, b) => a - b), lag]) {
          const decided = drain(s, cursor, wallUs(NOON + now), 3);
          often.push(...decided.decisions);
          cursor = decided.cursor;
        }
        expect(often).toEqual(once.decisions);
        expect(often.every((d) => d.reason === 'on-time')).toBe(true);
      }),
    );
  });

  it('what runs late is never more than the policy allows', () => {
    fc.assert(
      fc.property(policies, later, (policy, lag) => {
        const now = wallUs(NOON + lag);
        const { decisions } = drain(spec(policy), NOON, now, 4);
        const late = decisions.filter((d) => now - d.nominalUs > policy.windowUs);
        const allowed = { skip: 0, once: 1, all: policy.catchUpMax }[policy.late];
        const ran = late.filter((d) => d.action === 'run');
        expect(ran).toEqual(late.slice(Math.max(0, late.length - allowed)));
        expect(decisions.slice(late.length).every((d) => d.action === 'run')).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MonotonicUs, MS, monotonicUs, SECOND } from '../../../src/lib/units.ts';
import type { BodyRun } from '../../../src/scheduler/api.ts';
import { newAttempt } from '../../../src/scheduler/worker/attempt.ts';
import { endOf, signsOf, tellEveryUs } from '../../../src/scheduler/worker/heartbeats.ts';
import { BEAT_US, runOf, token, WorkerLab } from './lab.ts';

const HEARTBEAT_US = 3 * SECOND;
const long = (changes: Partial<BodyRun> = {}): BodyRun => ({
  runUs: 60 * SECOND,
  outcome: 'succeeded',
  effects: ['done'],
  ...changes,
});
const launch = { heartbeatUs: HEARTBEAT_US, timeoutUs: 120 * SECOND };

/** A worker that runs `j` with heartbeats and is heard by a leader, over and over. */
function running(plan: BodyRun, changes = {}): WorkerLab {
  const lab = new WorkerLab().up();
  lab.lead(1);
  lab.plan = plan;
  lab.run('j', token(1, 1), { launch: { ...launch, ...changes } });
  lab.machine.host.takeSent();
  return lab;
}

/** The signs that beats told, in steps of 100 ms, and when. */
function told(lab: WorkerLab, forUs: number): { readonly atUs: number; readonly signs: number }[] {
  const all: { atUs: number; signs: number }[] = [];
  for (let atUs = 0; atUs < forUs; ) {
    atUs += 100 * MS;
    lab.machine.advance(100 * MS);
    lab.lead(1);
    for (const { holding } of lab.beats()) {
      for (const { progress } of holding) all.push({ atUs, signs: progress as number });
    }
  }
  return all;
}

test('signs are told so often that the heartbeat holds with any one beat lost', () => {
  const beats = told(running(long()), 20 * SECOND);
  expect(beats.at(-1)).toEqual({ atUs: 20 * SECOND, signs: 20 });
  beats.slice(2).forEach((beat, i) => {
    const earlier = beats[i] as { atUs: number; signs: number };
    expect(beat.atUs - earlier.atUs).toBeLessThan(HEARTBEAT_US);
    expect(beat.signs).toBeGreaterThan(earlier.signs);
  });
});

test('who needs no signs told beats as ever: no heartbeat, a slow one, or none held', () => {
  const beatsOf = (changes: object, plan = long()): number => {
    const lab = running(plan, changes);
    lab.machine.advance(SECOND);
    lab.acceptEffect('j/1.1/done');
    lab.acknowledge('j', token(1, 1));
    lab.machine.host.takeSent();
    let beats = 0;
    for (let i = 0; i < 10; i++) {
      lab.machine.advance(BEAT_US);
      lab.lead(1);
      beats += lab.beats().length;
    }
    return beats;
  };
  const usual = beatsOf({ heartbeatUs: undefined });
  expect(beatsOf({ heartbeatUs: 30 * SECOND })).toBe(usual);
  expect(beatsOf({ heartbeatUs: HEARTBEAT_US }, long({ runUs: SECOND }))).toBe(usual);
  expect(beatsOf({ heartbeatUs: HEARTBEAT_US })).toBeGreaterThan(usual);
  // Nor does a heartbeat of no time at all have it do nothing else.
  expect(beatsOf({ heartbeatUs: 1 })).toBeLessThan((10 * BEAT_US) / (90 * MS));
});

test('signs besides beats ask nobody whether it leads: a slow answer is waited for', () => {
  const lab = running(long(), { heartbeatUs: 300 * MS });
  lab.machine.advance(BEAT_US - 1);
  const to = new Set(lab.machine.host.takeSent().map((each) => each.to));
  expect([...to]).toEqual(['scheduler-1']);
});

test('a body that falls silent is stopped a heartbeat after its last sign, and reported so', () => {
  const lab = running(long({ silentFromUs: 4_500 * MS }));
  lab.machine.advance(7 * SECOND - 1);
  expect(lab.bodies).toEqual(['began j 1.1']);
  expect(lab.beats().at(-1)?.holding).toMatchObject([{ progress: 4 }]);
  lab.machine.advance(1);
  expect(lab.bodies).toEqual(['began j 1.1', 'stopped j 1.1']);
  expect(lab.ends()).toEqual(['j stopped: heartbeat']);
  lab.acknowledge('j', token(1, 1));
  lab.machine.advance(60 * SECOND);
  expect(lab.effects()).toEqual([]);
});

test('whichever comes first ends it; without a heartbeat nobody minds the silence', () => {
  const silent = long({ silentFromUs: 0 });
  const ends = (plan: BodyRun, changes: object): readonly string[] => {
    const lab = running(plan, changes);
    lab.machine.advance(100 * SECOND);
    lab.acceptEffect('j/1.1/done');
    return [...new Set(lab.ends())];
  };
  expect(ends(silent, {})).toEqual(['j stopped: heartbeat']);
  expect(ends(silent, { timeoutUs: 2 * SECOND })).toEqual(['j stopped: timeout']);
  expect(ends(silent, { timeoutUs: HEARTBEAT_US })).toEqual(['j stopped: timeout']);
  expect(ends(silent, { heartbeatUs: undefined })).toEqual(['j succeeded']);
  expect(ends(long({ silentFromUs: 58 * SECOND }), {})).toEqual(['j succeeded']);
  expect(ends(long(), {})).toEqual(['j succeeded']);
});

test('while the ledger does not answer, the worker vouches for the attempt', () => {
  const lab = running(long({ runUs: 5 * SECOND, silentFromUs: 4 * SECOND }));
  lab.machine.advance(5 * SECOND);
  expect(lab.bodies.at(-1)).toBe('succeeded j 1.1');
  lab.machine.host.takeSent();
  const beats = told(lab, 10 * SECOND);
  expect(beats[0]?.signs).toBeLessThan(5);
  expect(beats.at(-1)?.signs).toBe(13);
});

test('counted from its beginning, or sign by sign: the same number, and the same end', () => {
  const whole = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
  const given = fc.record({
    runUs: whole(1_000),
    timeoutUs: fc.integer({ min: 1, max: 1_000 }),
    heartbeatUs: fc.integer({ min: 1, max: 200 }),
    silentFromUs: fc.option(whole(1_000), { nil: undefined }),
    startUs: whole(1_000),
  });
  fc.assert(
    fc.property(given, ({ runUs, timeoutUs, heartbeatUs, silentFromUs, startUs }) => {
      const silence = silentFromUs === undefined ? {} : { silentFromUs };
      const plan = long({ runUs, ...silence });
      const it = { ...runOf('j', token(1, 1)).launch, timeoutUs, heartbeatUs };
      const attempt = newAttempt(it, plan, monotonicUs(startUs));
      const everyUs = Math.max(1, Math.round(heartbeatUs / 3));
      let signs = 0;
      let lastUs = 0;
      for (let us = 0; ; us++) {
        if (us > 0 && us % everyUs === 0 && us < (silentFromUs ?? Infinity)) {
          signs += 1;
          lastUs = us;
        }
        expect(signsOf(attempt, (startUs + us) as MonotonicUs)).toBe(signs);
        const how = us === runUs ? 'by itself' : us === timeoutUs ? 'timeout' : 'heartbeat';
        if (how === 'heartbeat' && us - lastUs < heartbeatUs) continue;
        const end = endOf(plan, it);
        expect(end.afterUs).toBe(us);
        expect(end.why ?? 'by itself').toBe(how);
        return;
      }
    }),
  );
  expect(tellEveryUs(HEARTBEAT_US)).toBe(SECOND);
});

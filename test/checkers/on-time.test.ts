import { expect, test } from 'vitest';
import { onTime } from '../../src/checkers/on-time.ts';
import * as f from '../support/facts.ts';

const began = (s: number, dueS: number) => f.began(s, `t${dueS}`, { tick: f.tickAt(dueS) });
const storm = f.fault(30, 'armed');
const rest = [f.phase(50, 'heal'), f.phase(55, 'quiescence')];
const audit = [f.phase(90, 'audit'), f.auditEnded(95)];

test('holds when ticks of stable periods begin within the bound', () => {
  const facts = [...f.put(1), f.due(15), began(17, 15), storm, f.due(40), ...rest];
  const quiet = [f.due(60), began(61, 60), ...audit];
  expect(f.verdictOn(onTime, [...facts, ...quiet]).kind).toBe('held');
});

test('breaks when a tick begins late, at its deadline', () => {
  const [due, late] = [f.due(15), began(18, 15)];
  expect(f.verdictOn(onTime, [...f.put(1), due, late, ...audit])).toEqual({
    kind: 'broken',
    at: f.at(17),
    summary: `tick backup@${f.tickAt(15).nominalUs} began 3 s late`,
    facts: [due, late],
  });
});

test('breaks when a tick does not begin; a skip with a reason will do', () => {
  const facts = [...f.put(1), f.due(15), f.phase(90, 'audit')];
  const whole = f.auditEnded(95);
  expect(f.verdictOn(onTime, [...facts, whole])).toMatchObject({ kind: 'broken', at: f.at(17) });
  const skip = f.skipped(91, f.tickAt(15));
  expect(f.verdictOn(onTime, [...facts, skip, whole]).kind).toBe('held');
  const mute = f.skipped(91, f.tickAt(15), '');
  expect(f.verdictOn(onTime, [...facts, mute, whole]).kind).toBe('broken');
});

test.each([
  ['while the cluster comes up', [...f.put(1), f.due(5)]],
  ['before the put was answered', [f.due(15), ...f.put(20)].reverse()],
  ['when the storm may have reached it', [...f.put(1), f.due(29), storm]],
  ['in the storm', [...f.put(1), storm, f.due(40)]],
  ['before the bound after heal', [...f.put(1), storm, ...rest, f.due(59)]],
  ['too shortly before the audit', [...f.put(1), storm, ...rest, f.due(89)]],
])('a tick %s is not judged', (_, facts) => {
  const ordered = [...facts].sort((a, b) => a.at - b.at);
  expect(f.verdictOn(onTime, [...ordered, ...audit]).kind).toBe('vacuous');
});

test('is unknown when only the audit could tell', () => {
  const facts = [...f.put(1), f.due(15), f.phase(90, 'audit'), f.auditEnded(95, false)];
  expect(f.verdictOn(onTime, facts).kind).toBe('unknown');
});

test('is excused by a wall clock beyond its bound', () => {
  const facts = [
    ...f.put(1),
    f.assumptionFailed(3, 'wall-error'),
    f.due(15),
    began(19, 15),
    ...audit,
  ];
  expect(f.verdictOn(onTime, facts).kind).toBe('excused');
});

test('ticks may be so much later as the jitter of their schedule', () => {
  const put = f.asks(1, f.putOf('backup', { jitterUs: f.at(5) }));
  expect(f.verdictOn(onTime, [...put, f.due(15), began(21, 15), ...audit]).kind).toBe('held');
  expect(f.verdictOn(onTime, [...put, f.due(15), began(23, 15), ...audit]).kind).toBe('broken');
});

test.each([
  ['paused, or was to be, before its time was over', f.asks(16, f.editOf('pause', 2))],
  ['one that buffers', f.asks(2, f.putOf('backup', { overlap: 'buffer' }))],
  ['of a queue with limits', f.asks(2, f.queueOf({ concurrency: 1 }, { queue: 'mail' }))],
])('a tick is not judged when its schedule is %s', (_, edit) => {
  const put = f.asks(1, f.putOf('backup', { queue: 'mail' }));
  const facts = [...put, ...edit, f.due(15), began(19, 15)].sort((a, b) => a.at - b.at);
  expect(f.verdictOn(onTime, [...facts, ...audit]).kind).toBe('vacuous');
  const other = f.asks(2, f.queueOf({ concurrency: 1 }));
  const rest = [f.due(15), began(19, 15), ...audit];
  expect(f.verdictOn(onTime, [...put, ...other, ...rest]).kind).toBe('broken');
});

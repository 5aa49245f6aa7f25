/** A small broken run with everything that a diagram can show, in round numbers. */
import type { SpaceTime, StoryEvent, StoryMessage } from '../../src/report/space-time.ts';

const S = 1_000_000;

const message = (
  id: string,
  [from, to]: readonly [string, string],
  sentUs: number,
  more: Partial<StoryMessage> = {},
): StoryMessage => ({
  ...{ id, from, to, sentUs, receivedUs: sentUs + 3_000 },
  ...{ kind: 'beat', label: 'beat', lost: null },
  ...more,
});

const event = (
  id: string,
  machine: string | null,
  atUs: number,
  text: string,
  more: Partial<StoryEvent> = {},
): StoryEvent => ({
  ...{ id, machine, atUs, text, messages: [], after: [], isVerdict: false },
  ...more,
});

/** Two leaders: the first sleeps over its lease, and both have the ledger accept job c1-7. */
export function sampleStory(): SpaceTime {
  const job = 'c1-7';
  return {
    design: 'lease',
    claim: 'tick-once',
    promised: true,
    seed: '17',
    summary: 'job c1-7 began twice',
    atUs: 61.25 * S,
    isShrunk: true,
    replay: 'npm run -s seaworthy -- replay case:abc',
    machines: [
      { name: 'store', role: 'store' },
      { name: 'scheduler-1', role: 'scheduler' },
      { name: 'scheduler-2', role: 'scheduler' },
      { name: 'worker-1', role: 'worker' },
    ],
    messages: [
      message('m1', ['worker-1', 'scheduler-1'], 20 * S),
      message('m2', ['scheduler-2', 'worker-1'], 60.1 * S, { kind: 'run', label: 'run c1-7', job }),
      message('m3', ['worker-1', 'scheduler-1'], 60.2 * S, {
        receivedUs: null,
        lost: 'f2-partition',
      }),
      message('m4', ['scheduler-1', 'worker-1'], 61.2 * S, { kind: 'run', label: 'run c1-7', job }),
    ],
    bands: [
      {
        machine: 'scheduler-1',
        kind: 'leader',
        fromUs: 0,
        untilUs: 62 * S,
        label: 'leads, epoch 1',
      },
      {
        ...{ machine: 'scheduler-2', kind: 'lease', fromUs: 60 * S, untilUs: 90 * S },
        label: 'holds the lease, epoch 2',
        wall: { fromUs: 60.5 * S, untilUs: 90.5 * S },
      },
      { machine: 'scheduler-1', kind: 'paused', fromUs: 30 * S, untilUs: 61 * S, label: 'paused' },
      { machine: 'worker-1', kind: 'fault', fromUs: 60 * S, untilUs: 65 * S, label: 'partition' },
    ],
    jobs: [{ job, machine: 'worker-1', fromUs: 60.103 * S, untilUs: 60.15 * S, how: 'succeeded' }],
    events: [
      event('e1', 'scheduler-1', 30 * S, 'is paused'),
      event('e2', null, 60 * S, 'phase heal'),
      event('e3', 'scheduler-2', 60.1 * S, 'says dispatched c1-7', { job, wallUs: 60.6 * S }),
      event('e4', 'worker-1', 60.103 * S, 'body began c1-7 token 2.1', { job, after: ['e3'] }),
      event('e5', 'scheduler-1', 61.2 * S, 'says dispatched c1-7', { job }),
      event('e6', 'worker-1', 61.203 * S, 'body began c1-7 token 1.1', { job, after: ['e5'] }),
      event('verdict', 'worker-1', 61.25 * S, 'tick-once is broken: job c1-7 began twice', {
        after: ['e4', 'e6'],
        isVerdict: true,
      }),
    ],
    left: {
      before: { events: 3, messages: 40 },
      between: { events: 0, messages: 12 },
      after: { events: 0, messages: 0 },
    },
    story: [' 1   30.000000s # scheduler-1 is paused', '     61.250000s ! tick-once is broken'],
  };
}

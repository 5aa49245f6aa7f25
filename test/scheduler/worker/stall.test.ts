/**
 * A worker on a simulated machine whose event loop is busy for a while: it is up and its bodies
 * work, but it says nothing and hears nothing, which is how the scheduler comes to know of it.
 */
import { expect, test } from 'vitest';
import type { Message } from '../../../src/host/host.ts';
import { nowOnly } from '../../../src/host/step.ts';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { Beat, BodyRun, Finished } from '../../../src/scheduler/api.ts';
import { createWorker } from '../../../src/scheduler/worker/worker.ts';
import { agenda, lab, scripted } from '../../sim/lab.ts';
import { runOf, token } from './lab.ts';

const HEARTBEAT_US = 3 * SECOND;
const STALL = { fromUs: 5 * SECOND, untilUs: 15 * SECOND };
const PLANS: Readonly<Record<string, BodyRun>> = {
  long: { runUs: 30 * SECOND, outcome: 'failed', effects: [] },
  'ends-meanwhile': { runUs: 8 * SECOND, outcome: 'failed', effects: [] },
  'silent-meanwhile': {
    runUs: 30 * SECOND,
    outcome: 'failed',
    effects: [],
    silentFromUs: 4 * SECOND,
  },
  late: { runUs: SECOND, outcome: 'failed', effects: [] },
};

interface Story {
  /** When each beat was heard, and the signs of life of `long` that it told. */
  readonly beats: { readonly atUs: number; readonly signs: number | undefined }[];
  /** What happened to bodies, and what was reported of them, with the second in which it did. */
  readonly log: string[];
}

/** One slot too few for `late`, were it not for what ended while nobody looked. */
function play(): Story {
  const { kernel, sim } = lab('worker-stall');
  const story: Story = { beats: [], log: [] };
  const note = (what: string): void =>
    void story.log.push(`${Math.floor(kernel.now / SECOND)}s ${what}`);
  const body = {
    begin: (_: string, { job }: { readonly job: string }) => {
      note(`${job} began`);
      return PLANS[job] as BodyRun;
    },
    end: (_: string, { job }: { readonly job: string }, how: string) => note(`${job} ${how}`),
  };
  let incarnation = 0;
  const leader = scripted({
    onMessage: (_, from, message) => {
      if (message.kind === 'finished') {
        const { job, token: of, how, why } = message as Finished;
        note(`${job} reported ${how}${why === undefined ? '' : `: ${why}`}`);
        const ack = { kind: 'finished-ack', v: 1, job, token: of } as Message;
        return nowOnly([{ kind: 'send', to: from, message: ack }]);
      }
      const beat = message as Beat;
      incarnation = beat.incarnation;
      const signs = beat.holding.find(({ job }) => job === 'long')?.progress;
      story.beats.push({ atUs: kernel.now, signs });
      const ack = { kind: 'beat-ack', v: 1, epoch: 1 } as Message;
      return nowOnly([{ kind: 'send', to: from, message: ack }]);
    },
  });
  const options = { members: ['m'], ledger: 'l', slots: 3, beatUs: 2 * SECOND, drainUs: 0, body };
  const worker = sim.add({ name: 'w', role: 'worker', factory: createWorker(options) });
  sim.add({ name: 'm', role: 'scheduler', factory: leader });
  const at = agenda(kernel);
  const tellRun = (job: string) => (): void => {
    const launch = { heartbeatUs: HEARTBEAT_US, timeoutUs: 60 * SECOND };
    sim.tell('w', runOf(job, token(1, 1), { incarnation, launch }));
  };
  sim.startAll();
  for (const job of ['long', 'ends-meanwhile', 'silent-meanwhile']) at(SECOND, tellRun(job));
  at(STALL.fromUs, () => worker.stall('test'));
  at(10 * SECOND, tellRun('late'));
  at(STALL.untilUs, () => worker.endStall('test'));
  kernel.run(20 * SECOND);
  expect(worker.incarnation).toBe(1);
  return story;
}

test('a stalled worker is up, and yet silent for longer than its jobs’ heartbeat', () => {
  const { beats } = play();
  const meanwhile = beats.filter(
    ({ atUs }) => atUs > STALL.fromUs + 10 * MS && atUs < STALL.untilUs,
  );
  expect(meanwhile).toEqual([]);
  const before = beats.filter(({ atUs }) => atUs <= STALL.fromUs + 10 * MS);
  const gaps = before.slice(1).map(({ atUs }, i) => atUs - (before[i]?.atUs as number));
  expect(Math.max(...gaps)).toBeLessThan(HEARTBEAT_US);
  // It goes on as if nothing had been: the signs of the meantime are told late, all at once.
  const [last, next] = [before.at(-1), beats[before.length]];
  expect(next?.atUs).toBeLessThan(STALL.untilUs + 10 * MS);
  expect((next?.signs as number) - (last?.signs as number)).toBeGreaterThan(8);
});

test('what fell due meanwhile comes late and in order, as do the messages that piled up', () => {
  const { log } = play();
  expect(log).toEqual([
    '1s long began',
    '1s ends-meanwhile began',
    '1s silent-meanwhile began',
    '15s silent-meanwhile stopped',
    '15s ends-meanwhile failed',
    '15s late began',
    '15s silent-meanwhile reported stopped: heartbeat',
    '15s ends-meanwhile reported failed',
    '16s late failed',
    '16s late reported failed',
  ]);
  expect(play()).toEqual(play());
});

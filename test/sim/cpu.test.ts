import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/host/host.ts';
import { nowOnly } from '../../src/host/step.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { type CostProfile, DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import { agenda, FREE, lab, type Numbered, numbered, scripted } from './lab.ts';

const PROFILE: CostProfile = {
  ...FREE,
  defaultUs: { message: 100, timer: 30, disk: 0, start: 0 },
  messageUs: { heavy: 700 },
};

interface Echo {
  readonly echoed: { readonly n: number; readonly atUs: number }[];
  readonly send: (n: number, atUs: number, kind?: string) => void;
  readonly run: (untilUs: number) => void;
}

/** A client that asks a server, which answers: with a link of 1 ms each way. */
function echo(inboxMax: number, slowdown = 1): Echo {
  const { kernel, sim } = lab('echo', { profile: PROFILE });
  const echoed: { n: number; atUs: number }[] = [];
  const client = scripted({
    onMessage: (_, __, message) => {
      echoed.push({ n: (message as Numbered).n, atUs: kernel.now });
    },
  });
  const server = scripted({
    onMessage: (_, from, message) =>
      nowOnly([{ kind: 'send', to: from, message: numbered((message as Numbered).n) }]),
  });
  const a = sim.add({ name: 'a', role: 'client', factory: client });
  sim.add({ name: 'b', role: 'scheduler', factory: server, inboxMax }).setSlowdown(slowdown);
  const at = agenda(kernel);
  sim.startAll();
  const send = (n: number, atUs: number, kind = 'numbered'): void => {
    at(atUs, () => sim.network.send(a, 'b', { ...numbered(n), kind } as Numbered, atUs));
  };
  return { echoed, send, run: (untilUs) => kernel.run(untilUs) };
}

describe('Cpu', () => {
  it('adds exactly its service time when idle, by the kind of message', () => {
    const { echoed, send, run } = echo(10);
    send(1, 0);
    send(2, 10 * MS, 'heavy');
    run(SECOND);
    expect(echoed).toEqual([
      { n: 1, atUs: 2 * MS + 100 },
      { n: 2, atUs: 12 * MS + 700 },
    ]);
  });

  it('serves one at a time in order of arrival, as the recursion of Lindley says', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (gapsUs) => {
        const { echoed, send, run } = echo(1_000);
        let atUs = 0;
        let freeUs = 0;
        const expected = gapsUs.map((gapUs, n) => {
          atUs += gapUs;
          send(n, atUs);
          freeUs = Math.max(freeUs, atUs + MS) + 100;
          return { n, atUs: freeUs + MS };
        });
        run(10 * SECOND);
        // The client's own service spaces what it handles, but answers come 100 us apart anyway.
        expect(echoed).toEqual(expected);
      }),
    );
  });

  it('drops messages beyond the inbox, and serves slower by the factor', () => {
    const { echoed, send, run } = echo(3, 2.5);
    for (let n = 0; n < 10; n++) send(n, 0);
    run(SECOND);
    // One in service and three that wait.
    expect(echoed.map(({ n }) => n)).toEqual([0, 1, 2, 3]);
    expect(echoed[3]?.atUs).toBe(2 * MS + 4 * 250);
  });

  it('never drops timers or disk answers, and passes over timers that were cancelled', () => {
    const { kernel, sim } = lab('full', { profile: PROFILE });
    const handled: string[] = [];
    const factory = scripted({
      onStart: (host) => {
        for (const tag of ['a', 'b', 'c', 'd']) host.setTimer(tag, 1_001);
        host.disk.sync('f', 'sync');
      },
      onMessage: () => {
        handled.push('message');
      },
      onTimer: (host, tag) => {
        handled.push(`${tag}@${kernel.now}`);
        if (tag === 'a') host.cancelTimer('b');
        if (tag === 'a') host.setTimer('c', 500);
      },
      onDisk: () => {
        handled.push('disk');
      },
    });
    const machine = sim.add({ name: 'm', role: 'worker', factory, inboxMax: 1 });
    sim.startAll();
    for (let n = 0; n < 5; n++) machine.depart('m', numbered(n));
    kernel.run(SECOND);
    expect(handled).toEqual(['disk', 'message', 'message', 'a@1200', 'd@1230', 'c@1700']);
  });

  it('lets one scheduler take 1,000 jobs of eight messages a second, by default', () => {
    const { defaultUs, sendUs, appendUs } = DEFAULT_PROFILE;
    expect(1_000 * 8 * (defaultUs.message + sendUs + appendUs)).toBeLessThan(0.5 * SECOND);
  });
});

it('charges a long message for its length where it is sent and where it is received', () => {
  const text = 'x'.repeat(10_000);
  const { kernel, sim } = lab('length', { profile: { ...FREE, perByteUs: 0.01 } });
  const received: number[] = [];
  const note = scripted({
    onMessage: (host, from, message) => {
      received.push(kernel.now);
      if (from === 'sender' && message.kind === 'page') host.send('next', { kind: 'short' });
    },
  });
  const sender = scripted({
    onStart: (host) => {
      host.send('reader', { kind: 'short' });
      host.send('reader', { kind: 'page', text } as Message);
    },
  });
  for (const [name, factory] of Object.entries({ reader: note, next: note, sender })) {
    sim.add({ name, role: 'client', factory });
  }
  sim.startAll();
  kernel.run(SECOND);
  // 100 us to send it, 1 ms on its way; another 100 us before the answer leaves.
  expect(received).toEqual([1_000, 1_100, 2_200]);
});

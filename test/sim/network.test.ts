import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { NetworkRule, Transit } from '../../src/sim/network.ts';
import type { SimOptions } from '../../src/sim/sim.ts';
import { agenda, type Lab, lab, type Numbered, numbered, scripted } from './lab.ts';

interface Arrival {
  readonly n: number;
  readonly atUs: number;
}
interface Pair extends Lab {
  readonly arrivals: Arrival[];
  /** Sends the number from a to b at this true time. */
  readonly send: (n: number, atUs: number) => void;
}

function pair(seed: string, network: SimOptions['network'], otherDraws = 0): Pair {
  const made = lab(seed, { network });
  const { kernel, sim } = made;
  const arrivals: Arrival[] = [];
  const sender = scripted({
    onStart: (host) => {
      for (let i = 0; i < otherDraws; i++) host.random.float();
      for (let i = 0; i < otherDraws; i++) host.send('c', numbered(i));
    },
  });
  const receiver = scripted({
    onMessage: (_, __, message) => {
      arrivals.push({ n: (message as Numbered).n, atUs: kernel.now });
    },
  });
  const a = sim.add({ name: 'a', role: 'client', factory: sender });
  sim.add({ name: 'b', role: 'scheduler', factory: receiver });
  sim.add({ name: 'c', role: 'worker', factory: scripted({}) });
  const at = agenda(kernel);
  sim.startAll();
  const send = (n: number, atUs: number): void =>
    at(atUs, () => sim.network.send(a, 'b', numbered(n), atUs));
  return { ...made, arrivals, send };
}

const LATENCY = { latencyMinUs: 200, latencyMaxUs: 900 };
const numbers = (arrivals: readonly Arrival[]): number[] =>
  arrivals.map(({ n }) => n).sort((x, y) => x - y);
const range = (n: number): number[] => [...Array(n).keys()];

describe('Network', () => {
  it('delivers within the latency bounds, and lets messages overtake', () => {
    const { kernel, arrivals, send } = pair('latency', LATENCY);
    for (const n of range(500)) send(n, 10 * n);
    kernel.run(SECOND);
    expect(numbers(arrivals)).toEqual(range(500));
    const took = arrivals.map(({ n, atUs }) => atUs - 10 * n);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...took)).toBeLessThanOrEqual(900);
    expect(Math.max(...took) - Math.min(...took)).toBeGreaterThan(600);
    expect(arrivals.map(({ n }) => n)).not.toEqual(range(500));
  });

  it('loses messages to unknown names, and to machines that are down', () => {
    const { kernel, sim, arrivals, send } = pair('lost', LATENCY);
    sim.network.send(sim.machine('a'), 'nobody', numbered(-1), 0);
    send(0, 0);
    sim.machine('b').crash('test');
    kernel.run(5 * MS);
    sim.machine('b').restart('test');
    send(1, 6 * MS);
    kernel.run(SECOND);
    expect(numbers(arrivals)).toEqual([1]);
  });

  it('delivers to the incarnation that is up on arrival', () => {
    const { kernel, sim, arrivals, send } = pair('next', {
      latencyMinUs: 5000,
      latencyMaxUs: 5000,
    });
    send(7, 0);
    kernel.run(MS);
    sim.machine('b').crash('test');
    sim.machine('b').restart('test');
    kernel.run(SECOND);
    expect(numbers(arrivals)).toEqual([7]);
    expect(sim.machine('b').incarnation).toBe(2);
  });

  it('caps what is in flight on a link', () => {
    const { kernel, arrivals, send } = pair('cap', { ...LATENCY, queueMax: 3 });
    for (const n of range(10)) send(n, 0);
    for (const n of range(3)) send(10 + n, 5 * MS);
    kernel.run(SECOND);
    expect(numbers(arrivals)).toEqual([0, 1, 2, 10, 11, 12]);
  });

  it('asks rules in order: the first drop ends it, delays add up, copies are extra', () => {
    const { kernel, sim, arrivals, send } = pair('rules', { latencyMinUs: 100, latencyMaxUs: 100 });
    const asked: string[] = [];
    const rule = (id: string, judge: NetworkRule['judge']): NetworkRule => ({
      id,
      judge: (from, to, message, transit) => {
        asked.push(`${id}${(message as Numbered).n}`);
        return judge(from, to, message, transit);
      },
    });
    sim.network.install(rule('slow', () => 1_000));
    sim.network.install(rule('odd', (_, __, m) => ((m as Numbered).n % 2 === 1 ? 'drop' : 'pass')));
    const uninstall = sim.network.install({ ...rule('more', () => 30), copies: () => 2 });
    send(1, 0);
    send(2, 0);
    kernel.run(100 * MS);
    expect(asked).toEqual(['slow1', 'odd1', 'slow2', 'odd2', 'more2']);
    expect(arrivals).toEqual([1, 2, 3].map(() => ({ n: 2, atUs: 1_130 })));
    uninstall();
    uninstall();
    send(4, 100 * MS);
    kernel.run(SECOND);
    expect(arrivals.at(-1)).toEqual({ n: 4, atUs: 101_100 });
    expect(arrivals).toHaveLength(4);
  });

  it('delivers everything sent after a heal, and nothing sent during a partition', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 3_000 })), (seed, times) => {
        const { kernel, sim, arrivals, send } = pair(String(seed), LATENCY);
        times.forEach((atUs, n) => {
          send(n, atUs);
        });
        kernel.run(999);
        const heal = sim.network.install({ id: 'cut', judge: () => 'drop' });
        kernel.run(2_000);
        heal();
        kernel.run(SECOND);
        const passes = range(times.length).filter((n) => times[n]! < 1_000 || times[n]! > 2_000);
        expect(numbers(arrivals)).toEqual(passes);
      }),
    );
  });

  it('draws latencies of a link from a stream of its own', () => {
    const quiet = pair('streams', LATENCY);
    const busy = pair('streams', LATENCY, 40);
    const cut = busy.sim.network.install({
      id: 'dup',
      judge: (_, __, m) => ((m as Numbered).n === 3 ? 'drop' : 'pass'),
      copies: () => 1,
    });
    for (const n of range(50)) for (const one of [quiet, busy]) one.send(n, 10 * MS * (n + 1));
    quiet.kernel.run(SECOND);
    busy.kernel.run(SECOND);
    cut();
    for (const { n, atUs } of quiet.arrivals.filter((arrival) => arrival.n !== 3)) {
      expect(busy.arrivals).toContainEqual({ n, atUs });
    }
    expect(busy.arrivals).toHaveLength(98);
  });

  it('asks a rule only about the links that it covers, and finds out once for each', () => {
    const { kernel, sim, arrivals, send } = pair('covers', LATENCY);
    const asked: string[] = [];
    const idle = sim.network.install({
      id: 'idle',
      covers: (from, to) => {
        asked.push(`${from}>${to}`);
        return false;
      },
      judge: () => 'drop',
    });
    for (const n of range(20)) send(n, 100 * n);
    kernel.run(SECOND);
    expect(asked).toEqual(['a>b']);
    expect(numbers(arrivals)).toEqual(range(20));
    const cut = sim.network.install({ id: 'cut', covers: () => true, judge: () => 'drop' });
    send(20, SECOND);
    kernel.run(2 * SECOND);
    cut();
    idle();
    send(21, 2 * SECOND);
    kernel.run(3 * SECOND);
    expect(numbers(arrivals)).toEqual([...range(20), 21]);
  });

  it('tells a rule what a message is in for', () => {
    const { kernel, sim, arrivals, send } = pair('transit', LATENCY);
    const seen: Transit[] = [];
    sim.network.install({
      id: 'see',
      judge: (_, __, ___, transit) => {
        seen.push({ ...transit });
        return 5_000;
      },
    });
    for (const n of range(3)) send(n, 10 * n);
    kernel.run(SECOND);
    expect(seen.map(({ underWay }) => underWay)).toEqual([0, 1, 2]);
    expect(seen.map(({ departAtUs }) => departAtUs)).toEqual([0, 10, 20]);
    for (const { n, atUs } of arrivals) {
      expect(atUs).toBe(10 * n + (seen[n]?.latencyUs ?? Number.NaN) + 5_000);
    }
  });

  it('holds messages at the far end until no rule does, then delivers in order of sending', () => {
    const { kernel, sim, arrivals, send } = pair('hold', LATENCY);
    const waits: string[] = [];
    const hold = (id: string) =>
      sim.network.install({ id, judge: () => 'hold', waits: () => waits.push(id) });
    const endFirst = hold('first');
    const endSecond = hold('second');
    for (const n of range(50)) send(n, 10 * n);
    kernel.run(10 * MS);
    expect(arrivals).toEqual([]);
    endSecond();
    endSecond();
    kernel.run(20 * MS);
    expect(arrivals).toEqual([]);
    expect(waits).toHaveLength(100);
    endFirst();
    kernel.run(30 * MS);
    expect(arrivals).toEqual(range(50).map((n) => ({ n, atUs: 20 * MS })));
    send(50, 30 * MS);
    kernel.run(SECOND);
    expect(arrivals.at(-1)?.n).toBe(50);
  });

  it('leaves what is still on its way at the end of a hold to arrive in its time', () => {
    const { kernel, sim, arrivals, send } = pair('late', { latencyMinUs: 500, latencyMaxUs: 500 });
    const waits: number[] = [];
    const end = sim.network.install({
      id: 'hold',
      judge: () => 'hold',
      waits: () => waits.push(kernel.now),
    });
    send(1, 0);
    kernel.run(400);
    end();
    kernel.run(SECOND);
    expect(arrivals).toEqual([{ n: 1, atUs: 500 }]);
    expect(waits).toEqual([]);
  });

  it('discards damaged messages on arrival, unseen', () => {
    const { kernel, sim, arrivals, send } = pair('damage', LATENCY);
    let seen = 0;
    sim.network.onDelivered(() => seen++);
    const repair = sim.network.install({
      id: 'noise',
      judge: (_, __, m) => ((m as Numbered).n < 5 ? 'damage' : 'pass'),
    });
    for (const n of range(10)) send(n, 0);
    kernel.run(SECOND);
    repair();
    expect(numbers(arrivals)).toEqual([5, 6, 7, 8, 9]);
    expect(seen).toBe(5);
  });

  it('keeps places for messages that no rule delays', () => {
    const { kernel, sim, arrivals, send } = pair('places', { ...LATENCY, queueMax: 3 });
    const heal = sim.network.install({ id: 'slow', judge: () => 60 * SECOND });
    for (const n of range(10)) send(n, 0);
    kernel.run(MS);
    heal();
    for (const n of range(3)) send(10 + n, 2 * MS);
    kernel.run(SECOND);
    expect(numbers(arrivals)).toEqual([10, 11, 12]);
    kernel.run(100 * SECOND);
    expect(numbers(arrivals)).toEqual([0, 1, 2, 10, 11, 12]);
  });

  it('takes back what has not departed, also when rules had a say about it', () => {
    for (const verdict of ['hold', 'damage', 7_000] as const) {
      const { kernel, sim, arrivals } = pair('undeparted', LATENCY);
      const end = sim.network.install({ id: 'rule', judge: () => verdict, copies: () => 1 });
      kernel.run(MS);
      const a = sim.machine('a');
      sim.network.send(a, 'b', numbered(1), 2 * MS);
      a.crash('test');
      kernel.run(20 * MS);
      end();
      kernel.run(SECOND);
      expect(arrivals).toEqual([]);
    }
  });

  it('tells observers of every delivery, until they are taken out', () => {
    const { kernel, sim, send } = pair('hooks', LATENCY);
    const seen: string[] = [];
    const stop = sim.network.onDelivered((from, to, { kind }) =>
      seen.push(`${from}>${to} ${kind}`),
    );
    send(1, 0);
    kernel.run(10 * MS);
    stop();
    send(2, 10 * MS);
    kernel.run(SECOND);
    expect(seen).toEqual(['a>b numbered']);
  });
});

/**
 * Machines as the queues of theory: what a simulated processor makes its messages wait, against
 * closed forms. Loads are those at which schedulers are asked to work, and at which a mistake in
 * the accounting of processor time shows most: at a load of 0.9, a service that is 1 % too long
 * makes waits 11 % longer.
 */
import { describe, expect, test } from 'vitest';
import { interval999, REPLICATIONS, show } from '../support/interval.ts';
import {
  CONSTANT,
  type Customer,
  ERLANG_2,
  EXPONENTIAL,
  gapUsOf,
  HYPEREXPONENTIAL,
  runServing,
  SERVICE_US,
  type Service,
} from '../support/serving.ts';

interface Queue {
  readonly service: Service;
  readonly servers: number;
  readonly load: number;
  /** Mean wait before service, in mean services. */
  readonly wait: number;
  /** Customers that suffice for an interval of 3 % of that, in each replication. */
  readonly counted: number;
}

/** Pollaczek and Khinchine: the mean wait depends on mean and variance of the service alone. */
const single = (service: Service, load: number, counted: number): Queue => ({
  counted,
  service,
  servers: 1,
  load,
  wait: (load * (1 + service.variance)) / (2 * (1 - load)),
});

/** Erlang's C, the chance to find all servers busy, by the recursion of his B. */
function several(servers: number, load: number, counted: number): Queue {
  let lost = 1;
  const offered = servers * load;
  for (let n = 1; n <= servers; n++) lost = (offered * lost) / (n + offered * lost);
  const waits = lost / (1 - load * (1 - lost));
  const wait = waits / (servers * (1 - load));
  return { service: EXPONENTIAL, servers, load, wait, counted };
}

/** Customers who meet a line that is still forming: a dozen times what a load of 0.9 remembers. */
const WARM_UP = 5_000;

/**
 * Mean wait of one replication, in mean services, from a line that begins empty.
 *
 * What comes to the line per customer, x = service / servers - gap, is drawn independently of the
 * wait w before it, so the mean of w (x - E x) tends to nothing, whatever the simulator does. It
 * explains most of the noise in the mean of w, as waits go up and down with it; with it taken out,
 * a hundredth of the customers suffice (Henderson and Glynn, "Approximating martingales for
 * variance reduction in Markov process simulation", 2002).
 */
function replicate({ service, servers, load, counted }: Queue, seed: string): number {
  const expected = SERVICE_US / servers - gapUsOf({ servers, load });
  let n = 0;
  let waits = 0;
  let noise = 0;
  runServing({
    seed,
    service,
    servers,
    load,
    customers: WARM_UP + counted,
    onBegin: ({ cameUs, serviceUs, gapUs }, nowUs) => {
      if (n++ < WARM_UP) return;
      const wait = nowUs - cameUs;
      waits += wait;
      noise += wait * (serviceUs / servers - gapUs - expected);
    },
  });
  expect(n).toBe(WARM_UP + counted);
  return (waits + noise / expected) / counted / SERVICE_US;
}

function expectMeanWait(queue: Queue): void {
  const { service, servers, load, wait } = queue;
  const name = `M/${service.name}/${servers} at ${load}`;
  const seeds = Array.from({ length: REPLICATIONS }, (_, i) => `${name}, ${i}`);
  const found = interval999(seeds.map((seed) => replicate(queue, seed)));
  console.log(`${name}: mean wait ${show(found)} services, in theory ${wait.toPrecision(5)}`);
  expect(2 * found.reach).toBeLessThan(0.03 * wait);
  expect(Math.abs(found.mean - wait)).toBeLessThan(found.reach);
}

describe('mean wait', () => {
  test.each([0.5, 0.8, 0.9])('M/M/1 at a load of %d', (load) => {
    expectMeanWait(single(EXPONENTIAL, load, 36_000));
  });

  test.each([0.5, 0.8, 0.9])('M/D/1 at a load of %d', (load) => {
    expectMeanWait(single(CONSTANT, load, 15_000));
  });

  test('M/G/1 with services that vary half and four times as much', () => {
    expectMeanWait(single(ERLANG_2, 0.9, 36_000));
    expectMeanWait(single(HYPEREXPONENTIAL, 0.8, 56_000));
  });

  test.each([
    [2, 0.5, 60_000],
    [4, 0.8, 42_000],
    [2, 0.9, 36_000],
  ])('M/M/%d at a load of %d', (servers, load, counted) => {
    expectMeanWait(several(servers, load, counted));
  });
});

describe('to the microsecond', () => {
  const customers = 20_000;
  const services = [EXPONENTIAL, CONSTANT, ERLANG_2, HYPEREXPONENTIAL] as const;

  test.each(services)('a service begins when theory says, with $name', (service) => {
    for (const servers of [1, 3]) {
      const freeAt = new Array<number>(servers).fill(0);
      const wrong: number[] = [];
      let waited = 0;
      const onBegin = ({ cameUs, serviceUs }: Customer, nowUs: number): void => {
        // Lindley's recursion: with the first server that is free, in the order of coming.
        freeAt.sort((a, b) => a - b);
        const beginUs = Math.max(cameUs, freeAt[0]!);
        freeAt[0] = beginUs + serviceUs;
        if (beginUs !== nowUs) wrong.push(nowUs);
        if (beginUs > cameUs) waited += 1;
      };
      runServing({ seed: 'Lindley', service, servers, load: 0.9, customers, onBegin });
      expect(wrong).toEqual([]);
      expect(waited).toBeGreaterThan(customers / 2);
    }
  });

  test.each([1, 3])('Little: the area under the number present is all stays (%d)', (servers) => {
    let [present, sinceUs, area, stays, left] = [0, 0, 0, 0, 0];
    const change = (by: number, nowUs: number): void => {
      area += present * (nowUs - sinceUs);
      present += by;
      sinceUs = nowUs;
    };
    runServing({
      seed: 'Little',
      service: EXPONENTIAL,
      servers,
      load: 0.9,
      customers,
      onCame: (nowUs) => change(1, nowUs),
      onLeft: ({ cameUs }, nowUs) => {
        change(-1, nowUs);
        stays += nowUs - cameUs;
        left += 1;
      },
    });
    expect({ present, left }).toEqual({ present: 0, left: customers });
    expect(area).toBe(stays);
    console.log(`Little, ${servers} servers: ${area} us of stays under ${sinceUs} us`);
  });
});

/**
 * A queue made of simulated machines: a source that sends customers at drawn moments, and a server
 * whose processor spends a drawn service time on each. The draw travels in the message's kind:
 * `serve-137` costs 137 us by the cost profile, so a service time of any distribution is spent by
 * the very code that charges every other event. All else is free, and the network takes no time.
 */
import { Recorder } from '../../src/history/history.ts';
import type { Message } from '../../src/host/host.ts';
import type { Program, ProgramFactory } from '../../src/host/program.ts';
import { NOTHING, type Output } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { exponential, type Random } from '../../src/lib/random.ts';
import { wallUs } from '../../src/lib/units.ts';
import { type CostProfile, DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import { Sim } from '../../src/sim/sim.ts';

/** Mean service: whole microseconds are fine enough for it, wrong by a part in a million. */
export const SERVICE_US = 200;
/** The longest that can be drawn: a hundred times the mean. */
const SERVICE_MAX_US = 100 * SERVICE_US;
const KINDS = Array.from({ length: SERVICE_MAX_US + 1 }, (_, us) => `serve-${us}`);

const SERVING: CostProfile = {
  defaultUs: { message: 0, timer: 0, disk: 0, start: 0 },
  messageUs: Object.fromEntries(KINDS.map((kind, us) => [kind, us])),
  sendUs: 0,
  perByteUs: 0,
  appendUs: 0,
  recoverRecordUs: 0,
  disk: DEFAULT_PROFILE.disk,
};

/** A service time with a mean of 1, and the square of its standard deviation. */
export interface Service {
  readonly name: string;
  readonly variance: number;
  draw(random: Random): number;
}

const unitExponential = (random: Random): number => -Math.log(1 - random.float());

export const EXPONENTIAL: Service = { name: 'M', variance: 1, draw: unitExponential };
export const CONSTANT: Service = { name: 'D', variance: 0, draw: () => 1 };
export const ERLANG_2: Service = {
  name: 'E2',
  variance: 0.5,
  draw: (random) => (unitExponential(random) + unitExponential(random)) / 2,
};

/** Two exponentials that each bring half of the work; the many short and the few long. */
const SHORT_SHARE = (1 + Math.sqrt(0.6)) / 2;
export const HYPEREXPONENTIAL: Service = {
  name: 'H2',
  variance: 4,
  draw: (random) => {
    const share = random.float() < SHORT_SHARE ? SHORT_SHARE : 1 - SHORT_SHARE;
    return unitExponential(random) / (2 * share);
  },
};

/** Times are true, in microseconds. */
export interface Customer {
  readonly serviceUs: number;
  readonly cameUs: number;
  /** The next one comes this much later. */
  readonly gapUs: number;
}

/** What brings a customer to the door, to a server (at the cost of its service), and out. */
interface Carrier extends Message {
  readonly customer: Customer;
}

export interface ServingOptions {
  readonly seed: string;
  readonly service: Service;
  /** Share of the time for which a server is busy on average. */
  readonly load: number;
  readonly servers: number;
  /** So many come, and then no more. */
  readonly customers: number;
  /** A customer comes; its service begins; it leaves, which costs a message to be told. */
  readonly onCame?: (nowUs: number) => void;
  readonly onBegin?: (customer: Customer, nowUs: number) => void;
  readonly onLeft?: (customer: Customer, nowUs: number) => void;
}

/** Between two customers on average. */
export const gapUsOf = ({ servers, load }: Pick<ServingOptions, 'servers' | 'load'>): number =>
  SERVICE_US / (servers * load);

/**
 * Runs until every customer has left. One server is sent its customers directly, and they wait for
 * its processor; several have a door before them, whose program keeps the line.
 */
export function runServing(options: ServingOptions): void {
  const kernel = new Kernel();
  const rng = createRng(options.seed);
  const sim = new Sim({
    kernel,
    rng,
    recorder: new Recorder(),
    startWallUs: wallUs(0),
    network: { latencyMinUs: 0, latencyMaxUs: 0 },
    profile: SERVING,
  });
  const now = (): number => kernel.now;
  const draws = { gaps: rng.stream('gaps'), services: rng.stream('services') };
  sim.add({ name: 'source', role: 'client', factory: sourceOf(options, draws, now) });
  const { servers } = options;
  if (servers > 1) sim.add({ name: 'door', role: 'scheduler', factory: doorOf(options, now) });
  for (let i = 1; i <= servers; i++) {
    sim.add({ name: `server-${i}`, role: 'worker', factory: serverOf(options, now) });
  }
  sim.startAll();
  while (kernel.step());
}

/** What a program of these tests does not say does nothing. */
const quiet = (some: Partial<Program>): Program => ({
  onStart: () => NOTHING,
  onMessage: () => NOTHING,
  onTimer: () => NOTHING,
  onDisk: () => NOTHING,
  snapshot: () => undefined,
  ...some,
});

/** Customers come with exponential gaps; each begins to wait at the very moment it is sent. */
function sourceOf(
  options: ServingOptions,
  { gaps, services }: { readonly gaps: Random; readonly services: Random },
  now: () => number,
): ProgramFactory {
  const { service, servers, customers } = options;
  const meanGapUs = gapUsOf(options);
  let sent = 0;
  return (host) => {
    const send = (): Output => {
      const serviceUs = Math.round(service.draw(services) * SERVICE_US);
      const gapUs = exponential(gaps, meanGapUs);
      const customer: Customer = { serviceUs, cameUs: now(), gapUs };
      options.onCame?.(now());
      const carrier: Carrier = { kind: servers > 1 ? 'came' : kindOf(serviceUs), customer };
      host.send(servers > 1 ? 'door' : 'server-1', carrier);
      sent += 1;
      if (sent < customers) host.setTimer('next', gapUs);
      return NOTHING;
    };
    const onMessage = (_: string, message: Message): Output => {
      options.onLeft?.((message as Carrier).customer, now());
      return NOTHING;
    };
    return quiet({ onStart: send, onTimer: send, onMessage });
  };
}

function kindOf(serviceUs: number): string {
  const kind = KINDS[serviceUs];
  if (kind === undefined) throw new Error(`a service of ${serviceUs} us is too long`);
  return kind;
}

/** Its handler runs as a service begins; what it sends departs as the service is complete. */
const serverOf =
  ({ onBegin, onLeft, servers }: ServingOptions, now: () => number): ProgramFactory =>
  (host) =>
    quiet({
      onMessage: (from, message) => {
        const { customer } = message as Carrier;
        onBegin?.(customer, now());
        const isAsked = servers > 1 || onLeft !== undefined;
        if (isAsked) host.send(from, { kind: 'done', customer } as Carrier);
        return NOTHING;
      },
    });

/** One line before several servers, who are handed a customer when they are idle. */
const doorOf =
  ({ servers, onLeft }: ServingOptions, now: () => number): ProgramFactory =>
  (host) => {
    const idle = Array.from({ length: servers }, (_, i) => `server-${i + 1}`);
    let line: Customer[] = [];
    let head = 0;
    const onMessage = (from: string, message: Message): Output => {
      const { customer } = message as Carrier;
      if (message.kind === 'came') line.push(customer);
      else {
        idle.push(from);
        onLeft?.(customer, now());
      }
      while (idle.length > 0 && head < line.length) {
        const next = line[head++]!;
        host.send(idle.pop()!, { kind: kindOf(next.serviceUs), customer: next } as Carrier);
      }
      if (head > 1_000) [line, head] = [line.slice(head), 0];
      return NOTHING;
    };
    return quiet({ onMessage });
  };

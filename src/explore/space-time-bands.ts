/**
 * What machines were for a while: leading, holding a lease, down, paused, wrong about the time, hit
 * by a fault. Leases and leadership also as their holder's own clocks saw them, for a lease is a
 * promise about time and each side keeps it by its own clock.
 */
import type { Fact, FactOf } from '../history/fact.ts';
import { humanDuration } from '../lib/units.ts';
import type { BandKind, OwnTime, StoryBand, StoryJob } from '../report/space-time.ts';
import type { ClockLog, OwnClocks } from './clock-log.ts';

interface Open {
  readonly machine: string;
  readonly kind: BandKind;
  readonly fromUs: number;
  readonly from: OwnClocks | undefined;
  label: string;
}

/** Kinds of bands that are told in the time of their machine, too. */
const IN_OWN_TIME: ReadonlySet<BandKind> = new Set(['leader', 'lease', 'primary']);

/** Clocks are wrong on purpose from here on; less is how clocks are. */
const WALL_OFF_US = 50_000;
const RATE_OFF_PPM = 500;

/** Follows the facts of a whole run. */
export class Bands {
  readonly #clocks: ClockLog;
  readonly #open = new Map<string, Open>();
  readonly #bands: StoryBand[] = [];
  /** Faults that stopped a machine, which that machine's own band tells. */
  readonly #stopped = new Set<string>();
  /** Clock errors at their worst, by machine, while its band is open. */
  readonly #worstUs = new Map<string, number>();

  constructor(clocks: ClockLog) {
    this.#clocks = clocks;
  }

  onFact(fact: Fact): void {
    switch (fact.kind) {
      case 'testified':
        this.#onTestified(fact);
        break;
      case 'machine':
        this.#onMachine(fact);
        break;
      case 'clock':
        this.#onClock(fact);
        break;
      case 'fault':
        this.#onFault(fact);
        break;
      default:
    }
  }

  /** All bands in order of their beginnings; those that are open end here. */
  finish(endUs: number): readonly StoryBand[] {
    for (const key of [...this.#open.keys()]) this.#end(key, endUs);
    return [...this.#bands]
      .filter((band) => band.kind !== 'fault' || !this.#isTold(band))
      .map((band) => (band.kind === 'fault' ? { ...band, label: withoutId(band.label) } : band))
      .sort((a, b) => a.fromUs - b.fromUs);
  }

  #onTestified({ at, machine, said }: FactOf<'testified'>): void {
    if (said.kind === 'role') {
      this.#end(`leader ${machine}`, at);
      this.#end(`primary ${machine}`, at);
      const { role, epoch } = said;
      if (role === 'leader') this.#begin(machine, 'leader', at, `leads, epoch ${epoch}`);
      if (role === 'primary') this.#begin(machine, 'primary', at, `primary, timeline ${epoch}`);
    }
    if (said.kind !== 'lease') return;
    if (said.event === 'acquired') {
      this.#end(`lease ${machine}`, at);
      this.#begin(machine, 'lease', at, `holds the lease, epoch ${said.epoch}`);
    }
    // To see another's lease run out says nothing of one's own.
    if (said.event === 'lost' || said.event === 'released') this.#end(`lease ${machine}`, at);
  }

  #onMachine({ at, machine, state, why }: FactOf<'machine'>): void {
    if (why !== '') this.#stopped.add(`${why} ${machine}`);
    this.#end(`down ${machine}`, at);
    this.#end(`paused ${machine}`, at);
    if (state === 'paused') this.#begin(machine, 'paused', at, 'paused');
    if (state !== 'down') return;
    for (const kind of IN_OWN_TIME) this.#end(`${kind} ${machine}`, at);
    this.#begin(machine, 'down', at, 'down');
  }

  #onClock(fact: FactOf<'clock'>): void {
    const { at, machine, ratePpm, wallErrorUs, wallRatePpm } = fact;
    const key = `clock ${machine}`;
    const isOff =
      Math.abs(wallErrorUs) > WALL_OFF_US ||
      Math.abs(ratePpm) > RATE_OFF_PPM ||
      (wallRatePpm !== undefined && Math.abs(wallRatePpm) > RATE_OFF_PPM);
    if (!isOff) return this.#end(key, at);
    if (!this.#open.has(key)) this.#begin(machine, 'clock', at, '');
    const open = this.#open.get(key) as Open;
    const worst = this.#worstUs.get(key) ?? 0;
    if (open.label !== '' && Math.abs(wallErrorUs) <= worst) return;
    this.#worstUs.set(key, Math.abs(wallErrorUs));
    open.label = clockWords(fact);
  }

  #onFault({ at, fault, faultKind, event, whom }: FactOf<'fault'>): void {
    for (const machine of whom) {
      const key = `fault ${machine} ${fault}`;
      if (event === 'ended') this.#end(key, at);
      else if (event === 'bitten' && !this.#open.has(key)) {
        this.#begin(machine, 'fault', at, `${fault} ${faultKind}`, key);
      }
    }
  }

  /** A pause that the machine's own band shows is not shown twice. */
  #isTold({ machine, label }: StoryBand): boolean {
    return this.#stopped.has(`${label.split(' ')[0] ?? ''} ${machine}`);
  }

  #begin(
    machine: string,
    kind: BandKind,
    fromUs: number,
    label: string,
    key = `${kind} ${machine}`,
  ): void {
    const from = this.#clocks.at(machine, fromUs);
    this.#open.set(key, { machine, kind, fromUs, from, label });
  }

  #end(key: string, untilUs: number): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    this.#worstUs.delete(key);
    const { machine, kind, fromUs, from, label } = open;
    const until = this.#clocks.at(machine, untilUs);
    const own =
      IN_OWN_TIME.has(kind) && from !== undefined && until !== undefined
        ? ownTimes({ fromUs, untilUs }, from, until)
        : {};
    this.#bands.push({ machine, kind, fromUs, untilUs, label, ...own });
  }
}

/** Less than this between two clocks is not worth a word. */
export const OWN_TIME_US_MIN = 1_000;

/** The span on clocks that show something else than true time. */
function ownTimes(
  span: OwnTime,
  from: OwnClocks,
  until: OwnClocks,
): Pick<StoryBand, 'monotonic' | 'wall'> {
  const monotonic = { fromUs: from.monotonicUs, untilUs: until.monotonicUs };
  const wall = { fromUs: from.wallUs, untilUs: until.wallUs };
  return {
    ...(isOff(span, monotonic) ? { monotonic } : {}),
    ...(isOff(span, wall) ? { wall } : {}),
  };
}

const isOff = (a: OwnTime, b: OwnTime): boolean =>
  Math.abs(a.fromUs - b.fromUs) >= OWN_TIME_US_MIN ||
  Math.abs(a.untilUs - b.untilUs) >= OWN_TIME_US_MIN;

const withoutId = (label: string): string => label.slice(label.indexOf(' ') + 1);

function clockWords({ ratePpm, wallErrorUs, wallRatePpm }: FactOf<'clock'>): string {
  const words: string[] = [];
  if (Math.abs(wallErrorUs) > WALL_OFF_US) {
    const by = humanDuration(Math.abs(wallErrorUs));
    words.push(`clock ${by} ${wallErrorUs > 0 ? 'ahead' : 'behind'}`);
  }
  if (wallRatePpm === -1_000_000) words.push('clock stands still');
  else if (Math.abs(ratePpm) > RATE_OFF_PPM) {
    words.push(`runs ${percent(ratePpm)} ${ratePpm > 0 ? 'fast' : 'slow'}`);
  } else if (wallRatePpm !== undefined && Math.abs(wallRatePpm) > RATE_OFF_PPM) {
    words.push(`clock ${wallRatePpm > 0 ? 'gains' : 'loses'} ${percent(wallRatePpm)}`);
  }
  return words.join(', ');
}

const percent = (ppm: number): string => `${Math.abs(ppm) / 10_000} %`;

/** Bodies of jobs on workers. A worker that crashes takes its bodies with it. */
export class JobLines {
  readonly #open = new Map<string, StoryJob>();
  readonly #done: StoryJob[] = [];

  onFact(fact: Fact): void {
    if (fact.kind === 'body-began') {
      const { job, worker: machine, at: fromUs, token } = fact;
      const line = { job, machine, fromUs, untilUs: null, how: 'running' };
      this.#open.set(keyOf(machine, job, token), line);
    } else if (fact.kind === 'body-ended') {
      this.#end(keyOf(fact.worker, fact.job, fact.token), fact.at, fact.how);
    } else if (fact.kind === 'machine' && fact.state === 'down') {
      for (const [key, { machine }] of [...this.#open]) {
        if (machine === fact.machine) this.#end(key, fact.at, 'gone with its machine');
      }
    }
  }

  finish(): readonly StoryJob[] {
    return [...this.#done, ...this.#open.values()].sort((a, b) => a.fromUs - b.fromUs);
  }

  #end(key: string, untilUs: number, how: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    this.#done.push({ ...open, untilUs, how });
  }
}

const keyOf = (
  machine: string,
  job: string,
  token: { readonly epoch: number; readonly attempt: number },
): string => `${machine} ${token.epoch}.${token.attempt} ${job}`;

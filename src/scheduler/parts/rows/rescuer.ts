import type { Host } from '../../../host/host.ts';
import { unreachable } from '../../../lib/assert.ts';
import type { MonotonicUs } from '../../../lib/units.ts';
import type { Crew } from './crew.ts';
import {
  allHomes,
  type FoundHome,
  type HomeWatch,
  refreshHomes,
  rescueByAge,
  rescueWorker,
} from './homes.ts';
import type { RunPlan } from './plan.ts';
import type { Rescue } from './preset.ts';

/** A round so much later than planned means that this very machine was away. */
const LATE_US = 2_000_000;

/** Says whose workers are whose, and gives up what runs on those that nobody looks after. */
export class Rescuer {
  readonly #host: Host;
  readonly #rescue: Rescue;
  readonly #crew: Crew;
  readonly #watch: HomeWatch;
  readonly #run: RunPlan;
  #roundUs: MonotonicUs | undefined;
  /** Homes whose attempts are being given up. */
  readonly #open = new Set<string>();
  #isOpen = false;

  constructor(host: Host, rescue: Rescue, crew: Crew, watch: HomeWatch, run: RunPlan) {
    this.#host = host;
    this.#rescue = rescue;
    this.#crew = crew;
    this.#watch = watch;
    this.#run = run;
  }

  /** From one round to the next. */
  get everyUs(): number {
    return this.#rescue.kind === 'age' ? this.#rescue.everyUs : this.#rescue.refreshUs;
  }

  /** One round. */
  round(): void {
    const nowUs = this.#host.monotonicUs();
    const wasAway = nowUs - (this.#roundUs ?? nowUs) > this.everyUs + LATE_US;
    this.#roundUs = nowUs;
    if (wasAway) this.#watch.startAnew();
    this.#refresh();
    switch (this.#rescue.kind) {
      case 'homes':
      case 'check-ins':
        return this.#look();
      case 'age':
        return this.#rescueOld(this.#rescue.ageUs);
      default:
        unreachable(this.#rescue);
    }
  }

  #refresh(): void {
    const { self } = this.#host;
    this.#run({
      script: () => refreshHomes(this.#crew.alive, self, this.#host.wallUs()),
      writes: ({ writes }) => writes,
      done: ({ moved, running }) => {
        for (const worker of moved) this.#crew.release(worker);
        const nowUs = this.#host.monotonicUs();
        // A claim whose commit was not heard of is found here.
        for (const job of running) this.#crew.note(job, nowUs);
      },
    });
  }

  #look(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#run({
      script: () => allHomes(),
      done: (homes) => {
        this.#isOpen = false;
        for (const home of this.#stale(homes)) this.#rescueFrom(home);
      },
    });
  }

  #stale(homes: readonly FoundHome[]): readonly FoundHome[] {
    if (this.#rescue.kind === 'age') return [];
    const { deadUs, kind } = this.#rescue;
    if (kind === 'homes') return this.#watch.stale(homes, this.#host.monotonicUs(), deadUs);
    const beforeUs = this.#host.wallUs() - deadUs;
    return homes.filter(({ home }) => home.seenUs < beforeUs);
  }

  #rescueFrom(found: FoundHome): void {
    const { worker } = found.home;
    if (this.#open.has(worker)) return;
    this.#open.add(worker);
    this.#run({
      script: (office) => rescueWorker(office, found, () => this.#host.random.float()),
      done: (more) => {
        this.#open.delete(worker);
        if (more) this.#rescueFrom(found);
      },
    });
  }

  #rescueOld(ageUs: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#run({
      script: (office) => {
        const beforeUs = this.#host.wallUs() - ageUs;
        return rescueByAge(office, beforeUs, () => this.#host.random.float());
      },
      done: (more) => {
        this.#isOpen = false;
        if (more) this.#rescueOld(ageUs);
      },
    });
  }
}

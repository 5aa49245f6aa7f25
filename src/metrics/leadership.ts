import type { FactOf } from '../history/fact.ts';
import type { Metrics } from './numbers.ts';
import type { Window } from './window.ts';

/** Who said to lead, from when to when. */
export interface LeaderSpan {
  readonly machine: string;
  readonly epoch: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

export interface LeaderClaim {
  readonly machine: string;
  readonly epoch: number;
  readonly fromUs: number;
}

/**
 * Who claims to lead. A claim begins with the machine's testimony and ends when it testifies
 * another role or another epoch, or goes down. It is effective while its machine is not paused: a
 * machine that stands still leads nobody.
 *
 *   noLeader    share of the storm without an effective claim ('ratio')
 *   twoLeaders  share of the storm with two or more ('ratio')
 *
 * Both have no value where nobody ever claimed to lead: such a design has no leader to miss.
 */
export class Leadership {
  readonly #window: Window;
  readonly #claims = new Map<string, LeaderClaim>();
  readonly #paused = new Set<string>();
  readonly #spans: LeaderSpan[] = [];
  #lastUs = 0;
  #noneUs = 0;
  #manyUs = 0;
  #effective = 0;

  constructor(window: Window) {
    this.#window = window;
    window.whenOpened((us) => {
      this.#lastUs = us;
      this.#noneUs = 0;
      this.#manyUs = 0;
    });
    window.whenClosed((us) => this.#advance(us));
  }

  onTestified({ at, machine, said }: FactOf<'testified'>): void {
    if (said.kind !== 'role') return;
    const claim = this.#claims.get(machine);
    if (said.role === 'leader') {
      if (claim?.epoch === said.epoch) return;
      this.#end(machine, at);
      this.#claims.set(machine, { machine, epoch: said.epoch, fromUs: at });
      this.#count(at);
    } else if (claim !== undefined) this.#end(machine, at);
  }

  onMachine({ at, machine, state }: FactOf<'machine'>): void {
    if (state === 'paused') this.#paused.add(machine);
    else this.#paused.delete(machine);
    if (state === 'down') this.#end(machine, at);
    else this.#count(at);
  }

  /** The claim under the newest epoch; of equals, the older. */
  get newest(): LeaderClaim | undefined {
    let newest: LeaderClaim | undefined;
    for (const claim of this.#claims.values()) {
      if (newest === undefined || claim.epoch > newest.epoch) newest = claim;
    }
    return newest;
  }

  isEffective(machine: string, epoch: number): boolean {
    return this.#claims.get(machine)?.epoch === epoch && !this.#paused.has(machine);
  }

  /** All claims, in the order in which they ended; those that stand end with the run. */
  spans(endUs: number): readonly LeaderSpan[] {
    const open = [...this.#claims.values()].map((claim) => ({ ...claim, untilUs: endUs }));
    return [...this.#spans, ...open].sort((a, b) => a.fromUs - b.fromUs);
  }

  metrics(): Metrics {
    this.#advance(this.#window.endUs);
    const spanUs = this.#window.spanUs;
    const hasLed = this.#spans.length > 0 || this.#claims.size > 0;
    const share = (us: number) => ({
      unit: 'ratio',
      value: hasLed && spanUs > 0 ? us / spanUs : undefined,
    });
    return { noLeader: share(this.#noneUs), twoLeaders: share(this.#manyUs) };
  }

  #end(machine: string, at: number): void {
    const claim = this.#claims.get(machine);
    if (claim === undefined) return;
    this.#claims.delete(machine);
    this.#spans.push({ ...claim, untilUs: at });
    this.#count(at);
  }

  /** The time since the last change belongs to the number of leaders there were. */
  #count(at: number): void {
    this.#advance(at);
    let effective = 0;
    for (const machine of this.#claims.keys()) if (!this.#paused.has(machine)) effective++;
    this.#effective = effective;
  }

  #advance(at: number): void {
    const untilUs = Math.min(at, this.#window.untilUs);
    if (untilUs <= this.#lastUs) return;
    const us = untilUs - this.#lastUs;
    if (this.#effective === 0) this.#noneUs += us;
    else if (this.#effective > 1) this.#manyUs += us;
    this.#lastUs = untilUs;
  }
}

import type { FactOf, SinkKind, TickId } from '../history/fact.ts';
import { TickMap } from '../history/tick-map.ts';
import { Standings } from './standings.ts';
import type { Tally } from './throughput.ts';

/** What is known of one tick. Times are true microseconds, -1 for never. */
export interface TickRow {
  dueUs: number;
  /** So much later it may start by what its schedule says. */
  jitterUs: number;
  beganUs: number;
  sink: SinkKind | undefined;
  /** Bodies that ended in success. */
  succeeded: number;
  /** Name of its first accepted effect, and how often that one was accepted. */
  effect: string | undefined;
  accepted: number;
  isSkipped: boolean;
}

/** Everything that fell due or began on a schedule. */
export class TickBook {
  readonly #rows = new TickMap<TickRow>();
  readonly #standings = new Standings();
  readonly #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  onAsked(fact: FactOf<'asked'>): void {
    this.#standings.onAsked(fact);
  }

  onAnswered(fact: FactOf<'answered'>): void {
    this.#standings.onAnswered(fact);
  }

  /** Of two versions of a schedule one at most is in force: a tick of both counts once. */
  onDue(fact: FactOf<'tick-due'>): void {
    const row = this.#row(fact.tick);
    row.sink = fact.sink;
    const expected = this.#standings.expected(fact);
    if (expected === undefined) return;
    row.dueUs = fact.at;
    row.jitterUs = expected.jitterUs;
  }

  onBegan(tick: TickId, at: number): void {
    const row = this.#row(tick);
    if (row.beganUs === -1) row.beganUs = at;
  }

  onEnded(tick: TickId, { at, how }: FactOf<'body-ended'>): void {
    if (how !== 'succeeded') return;
    const row = this.#row(tick);
    this.#tally.succeeded(at, row.succeeded > 0);
    const wasCredited = isDone(row);
    row.succeeded++;
    if (!wasCredited && isDone(row)) this.#tally.credited(at);
  }

  onEffect(tick: TickId, { at, effect, accepted, repeat, sink }: FactOf<'effect-arrived'>): void {
    if (!accepted || repeat) return;
    const row = this.#row(tick);
    const wasCredited = isDone(row);
    row.sink ??= sink;
    row.effect ??= effect;
    if (row.effect === effect) row.accepted++;
    if (!wasCredited) this.#tally.credited(at);
  }

  onSkipped({ tick }: FactOf<'audited-skip'>): void {
    this.#row(tick).isSkipped = true;
  }

  /** Ticks that fell due as expected; one that began and never did is for the claims. */
  *due(): Iterable<TickRow> {
    for (const row of this.#rows.values()) if (row.dueUs >= 0) yield row;
  }

  #row(tick: TickId): TickRow {
    return this.#rows.getOrMake(tick, newRow);
  }
}

const newRow = (): TickRow => ({
  dueUs: -1,
  jitterUs: 0,
  beganUs: -1,
  sink: undefined,
  succeeded: 0,
  effect: undefined,
  accepted: 0,
  isSkipped: false,
});

/** It began within ε of its time. */
export const isTimely = ({ dueUs, jitterUs, beganUs }: TickRow, epsilonUs: number): boolean =>
  beganUs !== -1 && beganUs <= dueUs + jitterUs + epsilonUs;

/** It ran: its effect was accepted, or it succeeded and asked nothing of the ledger. */
export const isDone = (row: TickRow): boolean =>
  row.accepted > 0 || (row.sink === 'none' && row.succeeded > 0);

/**
 * It ran more than once, as the outside world sees it: one of its effects was accepted again. Where
 * it asked nothing of the ledger, copies made by the network arrive too, and bodies are counted
 * instead.
 */
export const isDoubled = (row: TickRow): boolean =>
  row.sink === 'none' ? row.succeeded > 1 : row.accepted > 1;

import type { Fact, FactKind, Testimony } from '../history/fact.ts';
import type { Recorder } from '../history/history.ts';
import type { Sim } from '../sim/sim.ts';
import type { AnchorKind, Start } from './plan.ts';

type Anchor = Extract<Start, { readonly kind: 'anchor' }>;

interface Waiting {
  readonly nth: number;
  readonly delayUs: number;
  readonly begin: (afterUs: number) => void;
}

const ANCHORING: readonly FactKind[] = ['testified', 'machine', 'effect-arrived', 'answered'];

/** What a fault can wait for that this fact is; syncs are no facts. */
export function anchorOf(fact: Fact): Exclude<AnchorKind, 'synced'> | undefined {
  switch (fact.kind) {
    case 'testified':
      return anchorSaid(fact.said);
    case 'machine':
      if (fact.state === 'down') return 'machine-down';
      // The first start of each machine is the beginning of the run.
      return fact.state === 'up' && fact.incarnation > 1 ? 'machine-up' : undefined;
    case 'effect-arrived':
      return fact.accepted && !fact.repeat ? 'effect-accepted' : undefined;
    case 'answered':
      return fact.request.kind === 'submit' && fact.answer.kind === 'ok'
        ? 'submit-accepted'
        : undefined;
    default:
      return undefined;
  }
}

function anchorSaid(said: Testimony): Exclude<AnchorKind, 'synced'> | undefined {
  switch (said.kind) {
    case 'dispatched':
    case 'tick-decided':
    case 'attempt-lost':
      return said.kind;
    case 'role':
      return said.role === 'leader' ? 'leader-elected' : undefined;
    case 'lease':
      return said.event === 'expired-seen' ? 'lease-expired' : undefined;
    default:
      return undefined;
  }
}

/**
 * Starts that wait for the nth fact of a kind, counted from the start of the run. It hands the
 * delay on; whoever begins the fault schedules it, even at no delay: what happens inside a recorded
 * fact would happen in the middle of the step that caused it.
 */
export class Anchors {
  readonly #counts = new Map<AnchorKind, number>();
  readonly #waiting = new Map<AnchorKind, Waiting[]>();

  constructor(sim: Sim, recorder: Recorder) {
    sim.onSynced(({ role }) => {
      if (role === 'scheduler' || role === 'store') this.#count('synced');
    });
    const onFact = (fact: Fact): void => {
      const kind = anchorOf(fact);
      if (kind !== undefined) this.#count(kind);
    };
    recorder.subscribe({ listens: ANCHORING, onFact });
  }

  /**
   * Calls `begin` once, with the delay in µs, when the nth fact is recorded; at once when it was
   * recorded already, as a program's first words may be before the plan is armed.
   */
  waitFor(start: Anchor, begin: (afterUs: number) => void): void {
    if (start.nth <= this.#counted(start.after)) return begin(start.delayUs);
    const list = this.#waiting.get(start.after) ?? [];
    this.#waiting.set(start.after, list);
    list.push({ nth: start.nth, delayUs: start.delayUs, begin });
  }

  #counted(kind: AnchorKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  #count(kind: AnchorKind): void {
    const list = this.#waiting.get(kind);
    const count = this.#counted(kind) + 1;
    this.#counts.set(kind, count);
    if (list === undefined) return;
    for (const { nth, delayUs, begin } of list) if (nth === count) begin(delayUs);
  }
}

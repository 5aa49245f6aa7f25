import { foldOf, type Recorder } from '../history/history.ts';
import type { Sim } from '../sim/sim.ts';
import type { AnchorKind, Start } from './plan.ts';

type Anchor = Extract<Start, { readonly kind: 'anchor' }>;

interface Waiting {
  readonly nth: number;
  readonly delayUs: number;
  readonly begin: (afterUs: number) => void;
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
    recorder.subscribe(
      foldOf({
        testified: ({ said }) => {
          if (said.kind === 'dispatched') this.#count('dispatched');
          else if (said.kind === 'role' && said.role === 'leader') this.#count('leader-elected');
          else if (said.kind === 'tick-decided') this.#count('tick-decided');
          else if (said.kind === 'attempt-lost') this.#count('attempt-lost');
          else if (said.kind === 'lease' && said.event === 'expired-seen') {
            this.#count('lease-expired');
          }
        },
        machine: ({ state, incarnation }) => {
          if (state === 'down') this.#count('machine-down');
          // The first start of each machine is the beginning of the run.
          else if (state === 'up' && incarnation > 1) this.#count('machine-up');
        },
        'effect-arrived': ({ accepted, repeat }) => {
          if (accepted && !repeat) this.#count('effect-accepted');
        },
        answered: ({ request, answer }) => {
          if (request.kind === 'submit' && answer.kind === 'ok') this.#count('submit-accepted');
        },
      }),
    );
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

/** How far a sweep is, on stderr: one line redrawn on a terminal, else a line every ten seconds. */

import { humanDuration } from '../lib/units.ts';
import { counted } from '../report/words.ts';
import type { Io } from './io.ts';

export interface Advance {
  readonly done: number;
  readonly total: number;
  /** The design that ran last. */
  readonly design: string;
  /** Runs so far in which a promised claim broke. */
  readonly broken: number;
  /** Promised claims that did. */
  readonly claims?: readonly string[];
}

const RATED_MIN = 10;
const REDRAW_MS = 100;
const PLAIN_MS = 10_000;

export class Progress {
  readonly #io: Io;
  readonly #now: () => number;
  readonly #beganMs: number;
  #shownMs: number;
  #isDrawn = false;

  /** `now` counts milliseconds of a clock that does not jump. */
  constructor(io: Io, now: () => number = () => performance.now()) {
    this.#io = io;
    this.#now = now;
    this.#beganMs = now();
    // The first plain line waits its ten seconds; the first drawn one does not.
    this.#shownMs = io.stderrIsTty ? Number.NEGATIVE_INFINITY : this.#beganMs;
  }

  show(advance: Advance): void {
    const isLast = advance.done >= advance.total && this.#io.stderrIsTty;
    this.#draw(isLast, (elapsedMs) => lineOf(advance, elapsedMs));
  }

  /** The same for work of which nobody knows how much there is. */
  note(line: string): void {
    this.#draw(false, () => line);
  }

  #draw(isLast: boolean, textOf: (elapsedMs: number) => string): void {
    const now = this.#now();
    const pauseMs = this.#io.stderrIsTty ? REDRAW_MS : PLAIN_MS;
    if (!isLast && now - this.#shownMs < pauseMs) return;
    this.#shownMs = now;
    const line = textOf(now - this.#beganMs);
    if (!this.#io.stderrIsTty) {
      this.#io.stderr(`${line}\n`);
      return;
    }
    this.#isDrawn = true;
    this.#io.stderr(`\r\u001b[2K${line.slice(0, Math.max(20, this.#io.width - 1))}`);
  }

  /** Takes the redrawn line away, so that results stand alone. */
  clear(): void {
    if (this.#isDrawn) this.#io.stderr('\r\u001b[2K');
    this.#isDrawn = false;
  }
}

/** Runs per second so far, where there were enough to say. */
function rateOf(done: number, elapsedMs: number): string {
  const rate = (done * 1_000) / elapsedMs;
  if (done < RATED_MIN || !Number.isFinite(rate)) return '';
  return `, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} runs/s`;
}

function lineOf(advance: Advance, elapsedMs: number): string {
  const { done, total, design, broken, claims = [] } = advance;
  const leftUs = done === 0 ? 0 : (elapsedMs * 1_000 * (total - done)) / done;
  const left = done === 0 || done >= total ? '' : `, about ${humanDuration(leftUs)} left`;
  const which = claims.length === 0 ? '' : `: ${claims.join(', ')}`;
  const bad = broken === 0 ? '' : `, ${counted(broken, 'broken run')}${which}`;
  return `${done} of ${counted(total, 'run')} (${design})${bad}${rateOf(done, elapsedMs)}${left}`;
}

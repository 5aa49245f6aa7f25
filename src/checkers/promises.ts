import type { FactOf, Request } from '../history/fact.ts';

type Put = Extract<Request, { readonly kind: 'put-schedule' }>;
type Edit = Extract<Request, { readonly kind: 'edit-schedule' }>;

/** A time in which the ticks of one version of a schedule are promised. */
interface Span {
  /** Of the put. */
  readonly revision: number;
  readonly fromUs: number;
  /** Infinity until another edit is asked for. */
  toUs: number;
}

interface Known {
  readonly spans: Span[];
  /** The newest edit that was asked for, a put included. */
  newest: Put | Edit;
  /** The newest put that was asked for, and whether it was answered ok. */
  put: Put | undefined;
  isAccepted: boolean;
  /** Whether a put alone may leave it paused, for it was to be paused before. */
  mayBePaused: boolean;
}

/**
 * From when to when the ticks of a schedule were promised. A new version of a schedule does not
 * fire for the past: its ticks count from its acceptance on, by the wall clock of whoever accepted
 * it, so from ε after the client heard of it; and until the next edit is asked for, which may be
 * in effect before anybody hears of it. From a pause on nothing is promised until a resume was
 * answered ok. An edit whose answer was no, or lost, promises nothing. A schedule that no client of
 * this run put was there from the start.
 */
export class Promises {
  readonly #epsilonUs: number;
  readonly #known = new Map<string, Known>();

  constructor(epsilonUs: number) {
    this.#epsilonUs = epsilonUs;
  }

  onAsked({ at, request }: FactOf<'asked'>): void {
    if (request.kind !== 'put-schedule' && request.kind !== 'edit-schedule') return;
    const known = this.#known.get(request.schedule);
    const put = request.kind === 'put-schedule' ? request : undefined;
    if (known === undefined) {
      const mayBePaused = put === undefined && request.kind === 'edit-schedule';
      const one = { spans: [], newest: request, put, isAccepted: false, mayBePaused };
      this.#known.set(request.schedule, one);
      return;
    }
    // An edit below the newest changes nothing, and the same once more nothing either.
    if (request.revision < known.newest.revision || isSame(request, known.newest)) return;
    for (const span of known.spans) span.toUs = Math.min(span.toUs, at);
    known.newest = request;
    if (put !== undefined) {
      known.put = put;
      known.isAccepted = false;
    } else if (request.kind === 'edit-schedule' && request.edit === 'pause') {
      known.mayBePaused = true;
    }
  }

  onAnswered({ at, request, answer }: FactOf<'answered'>): void {
    if (request.kind !== 'put-schedule' && request.kind !== 'edit-schedule') return;
    const known = this.#known.get(request.schedule);
    if (answer.kind !== 'ok' || known === undefined) return;
    const isPut = request.kind === 'put-schedule';
    if (isPut && known.put?.revision === request.revision) known.isAccepted = true;
    if (!isSame(request, known.newest)) return;
    if (!isPut && request.edit !== 'resume') return;
    const isActive = answer.standing === undefined ? undefined : answer.standing === 'active';
    if (isActive === false) return;
    if (!isPut || isActive === true) known.mayBePaused = false;
    if (!known.mayBePaused) this.#promise(known, at);
  }

  /**
   * Whether this tick was promised, if whoever decides it may take until `byUs`, true time; asked
   * when all edits are known.
   */
  isPromised({ tick, at, revision }: FactOf<'tick-due'>, byUs: number): boolean {
    const known = this.#known.get(tick.schedule);
    if (known === undefined) return true;
    return known.spans.some(
      (span) => span.revision === revision && span.fromUs <= at && byUs < span.toUs,
    );
  }

  #promise({ spans, put, isAccepted }: Known, at: number): void {
    if (put === undefined || !isAccepted) return;
    const { revision } = put;
    if (spans.some((span) => span.revision === revision && span.toUs > at)) return;
    spans.push({ revision, fromUs: at + this.#epsilonUs, toUs: Number.POSITIVE_INFINITY });
  }
}

function isSame(a: Put | Edit, b: Put | Edit): boolean {
  if (a.revision !== b.revision || a.kind !== b.kind) return false;
  return a.kind === 'put-schedule' || b.kind === 'put-schedule' || a.edit === b.edit;
}

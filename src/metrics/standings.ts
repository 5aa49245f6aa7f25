import type { FactOf, Request } from '../history/fact.ts';

type Revised = Extract<Request, { readonly kind: 'put-schedule' | 'edit-schedule' }>;
type Put = Extract<Revised, { readonly kind: 'put-schedule' }>;

/** An edit of a schedule, as far as its client knows. */
interface Edit {
  readonly request: Revised;
  answer: 'open' | 'ok' | 'fail' | 'unknown';
}

/**
 * Which version of a schedule was in force when a tick fell due, by what clients knew then. A tick
 * is expected while the latest edit that was answered ok leaves its version active, and none above
 * it is open or unknown: then nobody can say whether it was to run. A schedule that nobody has
 * edited is expected to fire from the start, for every run puts its schedules before ticks count.
 */
export class Standings {
  readonly #edits = new Map<string, Edit[]>();

  onAsked({ request, hostile }: FactOf<'asked'>): void {
    if (!isRevised(request) || hostile === true) return;
    const known = this.#edits.get(request.schedule);
    const edit: Edit = { request, answer: 'open' };
    if (known === undefined) this.#edits.set(request.schedule, [edit]);
    else known.push(edit);
  }

  onAnswered({ request, answer }: FactOf<'answered'>): void {
    if (!isRevised(request)) return;
    const { schedule, revision } = request;
    const edit = this.#edits.get(schedule)?.find((one) => one.request.revision === revision);
    if (edit !== undefined) edit.answer = answer.kind;
  }

  /** What is expected of a tick that falls due now, or nothing where none is. */
  expected({ tick, revision }: FactOf<'tick-due'>): Expected | undefined {
    const edits = this.#edits.get(tick.schedule) ?? [];
    if (edits.length === 0) return revision === 1 ? PUNCTUAL : undefined;
    const put = inForce(edits);
    return put?.revision === revision ? put : undefined;
  }
}

/** How much later than its nominal time a tick may start. */
export type Expected = Pick<Put, 'jitterUs'>;
const PUNCTUAL: Expected = { jitterUs: 0 };

/** The put whose ticks are expected; nothing where that is not known, or none are. */
function inForce(edits: readonly Edit[]): Put | undefined {
  const [first] = edits;
  if (edits.length === 1 && first?.request.kind === 'put-schedule') return first.request;
  const latest = edits
    .filter(({ answer }) => answer !== 'fail')
    .sort((a, b) => b.request.revision - a.request.revision);
  const [top] = latest;
  if (top?.answer !== 'ok') return undefined;
  if (top.request.kind === 'put-schedule') return top.request;
  if (top.request.edit !== 'resume') return undefined;
  // What was resumed had been paused, and put before.
  const put = latest.find(({ request }) => request.kind === 'put-schedule');
  return put?.answer === 'ok' && put.request.kind === 'put-schedule' ? put.request : undefined;
}

const isRevised = (request: Request): request is Revised =>
  request.kind === 'put-schedule' || request.kind === 'edit-schedule';

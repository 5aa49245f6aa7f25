import type { FactOf, Request } from '../history/fact.ts';
import { type FirstBreak, secondsText } from './first-break.ts';

type Answered = FactOf<'answered'>;

/** Schedules that were accepted, against those that the audit lists: a part of `no-loss`. */
export class KnownSchedules {
  readonly #breaks: FirstBreak;
  /** The answer to the newest edit that was answered ok. */
  readonly #accepted = new Map<string, Answered>();
  /** The newest revision with which anybody asked to delete it. */
  readonly #deleted = new Map<string, number>();
  readonly #listed = new Set<string>();

  constructor(breaks: FirstBreak) {
    this.#breaks = breaks;
  }

  /** Whether any was accepted, and the audit lists any: one that lists none does not read them. */
  get isJudged(): boolean {
    return this.#accepted.size > 0 && this.#listed.size > 0;
  }

  onAsked({ request }: FactOf<'asked'>): void {
    if (request.kind !== 'edit-schedule' || request.edit !== 'delete') return;
    const known = this.#deleted.get(request.schedule) ?? Number.NEGATIVE_INFINITY;
    this.#deleted.set(request.schedule, Math.max(known, request.revision));
  }

  /** Of an edit that was answered ok. */
  onAccepted(fact: Answered): void {
    const { request } = fact;
    const revision = revisionOf(request);
    if (revision === undefined || !('schedule' in request)) return;
    const before = this.#accepted.get(request.schedule);
    if (before !== undefined && (revisionOf(before.request) ?? 0) >= revision) return;
    this.#accepted.set(request.schedule, fact);
  }

  onListed(fact: FactOf<'audited-schedule'>): void {
    this.#listed.add(fact.schedule);
    const accepted = this.#accepted.get(fact.schedule);
    const revision = accepted === undefined ? undefined : revisionOf(accepted.request);
    if (accepted === undefined || revision === undefined || fact.revision >= revision) return;
    const listed = `schedule ${fact.schedule} is listed with revision ${fact.revision}`;
    const summary = `${listed}, though ${revision} was accepted at ${secondsText(accepted.at)}`;
    this.#breaks.add([accepted, fact], summary);
  }

  findLost(ended: FactOf<'audit-ended'>): void {
    if (!this.isJudged) return;
    for (const [schedule, accepted] of this.#accepted) {
      const deleted = this.#deleted.get(schedule) ?? Number.NEGATIVE_INFINITY;
      if (this.#listed.has(schedule) || deleted >= (revisionOf(accepted.request) ?? 0)) continue;
      const when = secondsText(accepted.at);
      const summary = `schedule ${schedule}, accepted at ${when}, is not in the complete audit`;
      this.#breaks.add([accepted, ended], summary);
    }
  }
}

const revisionOf = (request: Request): number | undefined =>
  request.kind === 'put-schedule' || request.kind === 'edit-schedule'
    ? request.revision
    : undefined;

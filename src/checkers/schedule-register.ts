/**
 * A schedule as its API tells of it, for the search of `linearize.ts`: its revision and whether it
 * stands. Edits move it, each at most once, and only to a greater revision.
 */
import type { Answer, Request, Standing } from '../history/fact.ts';
import type { Register } from './linearize.ts';

export interface ScheduleAt {
  /** Below every revision where it was never put. */
  readonly revision: number;
  readonly standing: Standing | 'absent';
  /** Edits that were answered ok, or will be, and have been made. */
  readonly made: readonly ScheduleEdit[];
}

/** The same object for the same edit. */
export interface ScheduleEdit {
  readonly what: 'put' | 'pause' | 'resume' | 'delete';
  readonly revision: number;
}

export interface ScheduleOp {
  /** Undefined for a question. */
  readonly edit: ScheduleEdit | undefined;
  readonly answer: Answer;
}

export const NEVER_PUT: ScheduleAt = {
  revision: Number.NEGATIVE_INFINITY,
  standing: 'absent',
  made: [],
};

/** The state in words. */
export const scheduleText = ({ revision, standing }: ScheduleAt): string =>
  standing === 'absent' ? 'unknown' : `${standing}, revision ${revision}`;

export const SCHEDULE_REGISTER: Register<ScheduleAt, ScheduleOp, ScheduleEdit> = {
  keyOf: ({ revision, standing, made }) =>
    `${revision} ${standing} ${made.map((edit) => `${edit.what}${edit.revision}`).join(' ')}`,
  moveOf: ({ edit, answer }) => (answer.kind === 'fail' ? undefined : edit),
  tells: ({ edit, answer }) =>
    answer.kind === 'ok' || (edit === undefined && isUnknownSchedule(answer)),
  reach: (state, op, moves) => onTheWay(state, moves)?.filter((at) => isToldAt(at, op)),
};

/** Edits of the same kind and revision as one object, for each schedule. */
export class ScheduleEdits {
  readonly #edits = new Map<string, ScheduleEdit>();

  of(request: Request): ScheduleEdit | undefined {
    if (request.kind !== 'put-schedule' && request.kind !== 'edit-schedule') return undefined;
    const { revision } = request;
    const what = request.kind === 'put-schedule' ? 'put' : request.edit;
    const key = `${what}${revision}`;
    let edit = this.#edits.get(key);
    if (edit === undefined) this.#edits.set(key, (edit = { what, revision }));
    return edit;
  }
}

/** Each edit may be made or not: so many whose answers were lost are too many to follow. */
const WAYS_MAX = 2_000;

function onTheWay(
  from: ScheduleAt,
  moves: readonly ScheduleEdit[],
): readonly ScheduleAt[] | undefined {
  const found = [from];
  for (let at = 0; at < found.length; at++) {
    if (found.length > WAYS_MAX) return undefined;
    const state = found[at] as ScheduleAt;
    for (const edit of moves) if (edit.revision > state.revision) found.push(...after(state, edit));
  }
  return found;
}

/** Where an edit leads; a put of a paused schedule may leave it paused. */
function after(state: ScheduleAt, edit: ScheduleEdit): readonly ScheduleAt[] {
  const made = [...state.made, edit];
  const as = (standing: Standing): ScheduleAt => ({ revision: edit.revision, standing, made });
  switch (edit.what) {
    case 'put':
      return state.standing === 'paused' ? [as('active'), as('paused')] : [as('active')];
    case 'delete':
      return [as('deleted')];
    case 'pause':
    case 'resume':
      if (state.standing === 'absent') return [];
      // It stays deleted, whether or not that counts as an edit.
      if (state.standing === 'deleted') return [as('deleted')];
      return [as(edit.what === 'pause' ? 'paused' : 'active')];
  }
}

function isToldAt(at: ScheduleAt, { edit, answer }: ScheduleOp): boolean {
  if (answer.kind !== 'ok') return at.standing === 'absent' || at.standing === 'deleted';
  const { revision, standing } = answer;
  const isNow =
    (revision === undefined || revision === at.revision) &&
    (standing === undefined || standing === at.standing);
  if (edit === undefined) return at.standing !== 'absent' && isNow;
  // Of another edit with its revision and outcome nobody can tell it.
  const isAlike = edit.revision === at.revision && leads(edit, at.standing);
  if (!at.made.includes(edit) && !isAlike) return false;
  // The same edit again is answered as before, whatever came after it.
  return isNow || revision === undefined || revision === edit.revision;
}

/** Whether the edit may have led to where the schedule stands. */
function leads({ what }: ScheduleEdit, standing: ScheduleAt['standing']): boolean {
  if (what === 'put') return standing === 'active' || standing === 'paused';
  if (what === 'delete') return standing === 'deleted';
  return standing === (what === 'pause' ? 'paused' : 'active') || standing === 'deleted';
}

const isUnknownSchedule = (answer: Answer): boolean =>
  answer.kind === 'fail' && /\bunknown schedule\b/.test(answer.reason);

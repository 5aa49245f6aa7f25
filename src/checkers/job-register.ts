/**
 * A job as its API tells of it, for the search of `linearize.ts`. While it is open its state says
 * nothing, for it waits and runs by turns; what has to fit are that it exists, how it ended, and
 * the number of its attempts, which never goes down and stands still once it has ended.
 */
import type { Answer, JobState, RequestKind } from '../history/fact.ts';
import type { Register } from './linearize.ts';

export type Phase = 'absent' | 'open' | 'succeeded' | 'dead' | 'cancelled';

export interface JobAt {
  readonly phase: Phase;
  /** So many, or more where that is not exact: it is exact once an answer said how many. */
  readonly attempts: number;
  readonly isExact: boolean;
}

export interface JobOp {
  readonly kind: RequestKind;
  /** That a retry asks for. */
  readonly attempts: number;
  readonly answer: Answer;
}

/** What may happen to the job without a client's asking. */
export interface JobNature {
  /** It is the instance of a tick. */
  readonly comesUp: boolean;
  /** It has parents whose failure cancels it, or an instance that may be replaced. */
  readonly isCancelled: boolean;
  /** It may be forgotten once it has ended. */
  readonly isForgotten: boolean;
}

/** A retry of a job with so many attempts, or one of these. */
export type JobMove = number;
export const CREATE: JobMove = -1;
const CANCEL: JobMove = -2;

export const ABSENT: JobAt = { phase: 'absent', attempts: 0, isExact: true };

const PHASES: readonly Phase[] = ['absent', 'open', 'succeeded', 'dead', 'cancelled'];

/** The state as a number, for keeping many; never negative. */
export const packedJob = ({ phase, attempts, isExact }: JobAt): number =>
  (attempts * PHASES.length + PHASES.indexOf(phase)) * 2 + (isExact ? 1 : 0);

export function jobOf(packed: number): JobAt {
  const rest = Math.floor(packed / 2);
  return {
    phase: PHASES[rest % PHASES.length] as Phase,
    attempts: Math.floor(rest / PHASES.length),
    isExact: packed % 2 === 1,
  };
}

/** The state in words. */
export const jobText = ({ phase, attempts, isExact }: JobAt): string =>
  phase === 'absent' ? 'unknown' : `${phase}, ${attempts} attempts${isExact ? '' : ' or more'}`;

const registers = new Map<number, Register<JobAt, JobOp, JobMove>>();

/** The register of jobs of this nature. */
export function jobRegister(nature: JobNature): Register<JobAt, JobOp, JobMove> {
  const { comesUp, isCancelled, isForgotten } = nature;
  const key = (comesUp ? 1 : 0) + (isCancelled ? 2 : 0) + (isForgotten ? 4 : 0);
  let register = registers.get(key);
  if (register === undefined) registers.set(key, (register = newRegister(nature)));
  return register;
}

function newRegister(nature: JobNature): Register<JobAt, JobOp, JobMove> {
  /** Of most jobs only the submit was asked for: what they go through, by where they are. */
  const ways = new Map<number, readonly JobAt[]>();
  const wayFrom = (from: JobAt, moves: readonly JobMove[]): readonly JobAt[] => {
    if (moves.length !== 1 || moves[0] !== CREATE) return onTheWay(from, nature, moves);
    const packed = packedJob(from);
    let way = ways.get(packed);
    if (way === undefined) ways.set(packed, (way = onTheWay(from, nature, moves)));
    return way;
  };
  return {
    keyOf: ({ phase, attempts, isExact }) => `${phase} ${attempts}${isExact ? '' : '+'}`,
    moveOf,
    tells: (op) => op.answer.kind === 'ok' || phasesOfRefusal(op.answer) !== undefined,
    reach(state, op, moves) {
      const told: JobAt[] = [];
      for (const at of wayFrom(state, moves)) {
        const one = toldAt(at, op);
        if (one !== undefined) told.push(one);
      }
      return told;
    },
  };
}

/** What was refused has changed nothing. */
function moveOf({ kind, attempts, answer }: JobOp): JobMove | undefined {
  if (answer.kind === 'fail') return undefined;
  if (kind === 'submit' || kind === 'trigger') return CREATE;
  if (kind === 'cancel') return CANCEL;
  return kind === 'retry' ? attempts : undefined;
}

/** The states that the job may go through from here, in each phase the freest. */
function onTheWay(from: JobAt, nature: JobNature, moves: readonly JobMove[]): readonly JobAt[] {
  const found: JobAt[] = [from];
  for (let at = 0; at < found.length; at++) {
    for (const next of nextOf(found[at] as JobAt, nature, moves)) {
      if (!found.some((one) => covers(one, next))) found.push(next);
    }
  }
  return found;
}

function nextOf(at: JobAt, nature: JobNature, moves: readonly JobMove[]): readonly JobAt[] {
  const { phase, attempts } = at;
  if (phase === 'absent') {
    const isMade = nature.comesUp || moves.includes(CREATE);
    return isMade ? [{ phase: 'open', attempts: 0, isExact: false }] : [];
  }
  if (phase === 'open') {
    const ends: JobAt[] = [
      { phase: 'succeeded', attempts, isExact: false },
      { phase: 'dead', attempts, isExact: false },
    ];
    if (!nature.isCancelled && !moves.includes(CANCEL)) return ends;
    return [...ends, { phase: 'cancelled', attempts, isExact: false }];
  }
  const next: JobAt[] = nature.isForgotten ? [ABSENT] : [];
  if (phase === 'dead') {
    const most = at.isExact ? attempts : Number.POSITIVE_INFINITY;
    const retry = Math.min(...moves.filter((move) => move >= attempts && move <= most));
    if (Number.isFinite(retry)) next.push({ phase: 'open', attempts: retry, isExact: false });
  }
  return next;
}

/** Whether whatever may be told of `other` may be told of this one as well. */
const covers = (one: JobAt, other: JobAt): boolean =>
  one.phase === other.phase &&
  (one.isExact ? other.isExact && one.attempts === other.attempts : one.attempts <= other.attempts);

/** The state in which the job was told as it was, or undefined where it does not fit. */
function toldAt(at: JobAt, op: JobOp): JobAt | undefined {
  const { answer } = op;
  if (answer.kind !== 'ok') {
    return phasesOfRefusal(answer)?.includes(at.phase) === true ? at : undefined;
  }
  const state = answer.state ?? (op.kind === 'cancel' ? 'cancelled' : undefined);
  const isPhase = state === undefined ? at.phase !== 'absent' : at.phase === phaseOf(state);
  if (!isPhase) return undefined;
  const least = op.kind === 'retry' ? Math.max(at.attempts, op.attempts) : at.attempts;
  const attempts = answer.attempts ?? least;
  if (attempts < least || (at.isExact && attempts !== at.attempts)) return undefined;
  // Of an open job there is never more known than that it has had so many.
  return {
    phase: at.phase,
    attempts,
    isExact: at.isExact || (at.phase !== 'open' && answer.attempts !== undefined),
  };
}

const phaseOf = (state: JobState): Phase =>
  state === 'waiting' || state === 'running' ? 'open' : state;

/** The phases in which a request is refused like that; undefined where the reason says nothing. */
function phasesOfRefusal(answer: Answer): readonly Phase[] | undefined {
  if (answer.kind !== 'fail') return undefined;
  // Of this job, and not of a parent that its submit named.
  if (/^job: unknown job$/.test(answer.reason)) return ['absent'];
  if (/\bused with another spec\b/.test(answer.reason)) return KNOWN;
  const already = /\balready (succeeded|dead|cancelled)\b/.exec(answer.reason)?.[1];
  return already === undefined ? undefined : [already as Phase];
}

const KNOWN: readonly Phase[] = ['open', 'succeeded', 'dead', 'cancelled'];

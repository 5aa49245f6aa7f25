/**
 * Small builders for facts, and a judge asked about a list of them. Times are in seconds of the
 * run, for tests are read more often than they are run; a run starts at {@link START}.
 *
 *   verdictOn(noLoss, [accepted(1, 'a'), audited(9, 'a', 'succeeded'), auditEnded(10)])
 */
import type { Claim, ClaimContext, Verdict } from '../../src/checkers/checker.ts';
import { judgeWithExcuses } from '../../src/checkers/excuses.ts';
import type {
  Answer,
  Assumption,
  Delivery,
  Fact,
  FactOf,
  JobState,
  MachineRole,
  Phase,
  QueueLimits,
  Request,
  SinkKind,
  Testimony,
  TickId,
  Token,
} from '../../src/history/fact.ts';
import { Recorder } from '../../src/history/history.ts';
import { SECOND, type VirtualUs, virtualUs, wallUs } from '../../src/lib/units.ts';

/** True UTC time at the start of every run made here. */
export const START = wallUs(1_700_000_000_000_000);

/** Seconds of the run as virtual time. */
export const at = (s: number): VirtualUs => virtualUs(Math.round(s * SECOND));

/** The tick of a schedule due at this second of the run. */
export const tickAt = (s: number, schedule = 'backup'): TickId => ({
  schedule,
  nominalUs: wallUs(START + at(s)),
});

export const token = (epoch: number, attempt: number): Token => ({ epoch, attempt });

export const CONTEXT: ClaimContext = {
  epsilonUs: 1 * SECOND,
  recoverBoundUs: 10 * SECOND,
  onTimeBoundUs: 2 * SECOND,
  slots: 2,
  startBoundUs: 5 * SECOND,
  rescueBoundUs: 20 * SECOND,
  orderSlackUs: 1 * SECOND,
  timeoutGraceUs: 3 * SECOND,
  ratePpmMax: 1_000,
};

/** What the claim says of these facts, in this order. */
export function verdictOn(claim: Claim, facts: readonly Fact[], context = CONTEXT): Verdict {
  // A copy of its own, as for every run: judges with the same one share what they look up.
  const judge = judgeWithExcuses(claim, { ...context });
  const recorder = new Recorder();
  recorder.subscribe(judge);
  for (const fact of facts) recorder.record(fact);
  return judge.verdict();
}

let nextOp = 1;

export const submitOf = (
  job: string,
  options: Partial<Omit<Extract<Request, { readonly kind: 'submit' }>, 'kind' | 'job'>> = {},
): Request => ({
  kind: 'submit',
  job,
  delayUs: 0,
  maxAttempts: 3,
  backoffUs: 500_000,
  backoffMaxUs: 10 * SECOND,
  doubles: true,
  timeoutUs: 60 * SECOND,
  queue: 'default',
  priority: 0,
  sink: 'token',
  delivery: 'at-least-once',
  ...options,
});

export const asked = (s: number, request: Request): FactOf<'asked'> => ({
  kind: 'asked',
  at: at(s),
  client: 'client-1',
  op: nextOp++,
  request,
});

/** A client asks for a job. */
export const submit = (
  s: number,
  job: string,
  options?: Parameters<typeof submitOf>[1],
): FactOf<'asked'> => asked(s, submitOf(job, options));

/** The answer to a request asked at `askedS`, by default when it was answered. */
export const answered = (
  s: number,
  request: Request,
  answer: Answer = { kind: 'ok' },
  askedS = s,
): FactOf<'answered'> => ({
  kind: 'answered',
  at: at(s),
  client: 'client-1',
  op: nextOp++,
  request,
  answer,
  askedAt: at(askedS),
});

/** The submit of a job, answered ok. */
export const accepted = (
  s: number,
  job: string,
  options?: Parameters<typeof submitOf>[1],
  askedS?: number,
): FactOf<'answered'> =>
  answered(s, submitOf(job, options), { kind: 'ok', state: 'waiting' }, askedS);

/** A cancel, answered ok. */
export const cancelled = (s: number, job: string, state?: JobState): FactOf<'answered'> =>
  answered(
    s,
    { kind: 'cancel', job },
    state === undefined ? { kind: 'ok' } : { kind: 'ok', state },
  );

/** A status, answered ok with this state. */
export const status = (
  s: number,
  job: string,
  state: JobState,
  askedS?: number,
): FactOf<'answered'> => answered(s, { kind: 'status', job }, { kind: 'ok', state }, askedS);

/** The request that puts a schedule. */
export const putOf = (
  schedule = 'backup',
  options: Partial<Extract<Request, { readonly kind: 'put-schedule' }>> = {},
): Request => ({
  kind: 'put-schedule',
  schedule,
  revision: 1,
  overlap: 'allow',
  late: 'once',
  windowUs: 30_000_000,
  catchUpMax: 10,
  spacingUs: 0,
  jitterUs: 0,
  ...options,
});

/** A schedule is put, and the put is answered at once. */
export const put = (s: number, schedule = 'backup'): readonly Fact[] => {
  const request = putOf(schedule);
  return [asked(s, request), answered(s, request)];
};

export interface BodyOptions {
  readonly token?: Token;
  readonly tick?: TickId;
  readonly worker?: string;
  readonly delivery?: Delivery;
}

const bodyOf = (s: number, job: string, options: BodyOptions) => ({
  at: at(s),
  worker: options.worker ?? 'worker-1',
  job,
  ...(options.tick === undefined ? {} : { tick: options.tick }),
  token: options.token ?? token(1, 1),
});

export const began = (s: number, job: string, options: BodyOptions = {}): FactOf<'body-began'> => ({
  kind: 'body-began',
  ...bodyOf(s, job, options),
  delivery: options.delivery ?? 'at-least-once',
});

export const ended = (
  s: number,
  job: string,
  how: FactOf<'body-ended'>['how'] = 'succeeded',
  options: BodyOptions = {},
): FactOf<'body-ended'> => ({ kind: 'body-ended', ...bodyOf(s, job, options), how });

/** An effect that the ledger accepted, unless told otherwise. */
export const effect = (
  s: number,
  job: string,
  options: BodyOptions & {
    readonly sink?: SinkKind;
    readonly effect?: string;
    readonly accepted?: boolean;
    readonly repeat?: boolean;
    readonly fenced?: boolean;
  } = {},
): FactOf<'effect-arrived'> => ({
  kind: 'effect-arrived',
  ...bodyOf(s, job, options),
  effect: options.effect ?? 'done',
  sink: options.sink ?? 'token',
  fenced: options.fenced ?? true,
  accepted: options.accepted ?? true,
  repeat: options.repeat ?? false,
});

export const audited = (
  s: number,
  job: string,
  state: JobState,
  options: { readonly attempts?: number; readonly tick?: TickId } = {},
): FactOf<'audited-job'> => ({
  kind: 'audited-job',
  at: at(s),
  job,
  state,
  attempts: options.attempts ?? 1,
  ...(options.tick === undefined ? {} : { tick: options.tick }),
});

export const skipped = (s: number, tick: TickId, reason = 'too late'): FactOf<'audited-skip'> => ({
  kind: 'audited-skip',
  at: at(s),
  tick,
  reason,
});

export const auditEnded = (s: number, complete = true): FactOf<'audit-ended'> => ({
  kind: 'audit-ended',
  at: at(s),
  complete,
  ...(complete ? {} : { reason: 'nobody answered' }),
});

export const runBegan = (
  machines: FactOf<'run-began'>['machines'] = [{ name: 'scheduler-1', role: 'scheduler' }],
): FactOf<'run-began'> => ({ kind: 'run-began', at: at(0), startWallUs: START, machines });

export const phase = (s: number, name: Phase): FactOf<'phase'> => ({
  kind: 'phase',
  at: at(s),
  phase: name,
});

export const machine = (
  s: number,
  name: string,
  state: FactOf<'machine'>['state'],
  options: {
    readonly role?: MachineRole;
    readonly incarnation?: number;
    readonly why?: string;
  } = {},
): FactOf<'machine'> => ({
  kind: 'machine',
  at: at(s),
  machine: name,
  role: options.role ?? 'scheduler',
  state,
  incarnation: options.incarnation ?? 1,
  why: options.why ?? 'f1',
});

export const fault = (
  s: number,
  event: FactOf<'fault'>['event'],
  options: { readonly id?: string; readonly kind?: string; readonly whom?: readonly string[] } = {},
): FactOf<'fault'> => ({
  kind: 'fault',
  at: at(s),
  fault: options.id ?? 'f1',
  faultKind: options.kind ?? 'crash',
  event,
  whom: options.whom ?? ['scheduler-1'],
});

/** A tick falls due at this second of the run. */
export const due = (
  s: number,
  options: {
    readonly schedule?: string;
    readonly sink?: SinkKind;
    readonly delivery?: Delivery;
    readonly revision?: number;
  } = {},
): FactOf<'tick-due'> => ({
  kind: 'tick-due',
  at: at(s),
  tick: tickAt(s, options.schedule),
  revision: options.revision ?? 1,
  delivery: options.delivery ?? 'at-least-once',
  sink: options.sink ?? 'token',
});

export const assumptionFailed = (
  s: number,
  assumption: Assumption,
): FactOf<'assumption-failed'> => ({
  kind: 'assumption-failed',
  at: at(s),
  assumption,
  machine: 'scheduler-1',
  detail: 'planted',
});

export const testified = (s: number, who: string, said: Testimony): FactOf<'testified'> => ({
  kind: 'testified',
  at: at(s),
  machine: who,
  said,
});

export const leads = (s: number, who: string, epoch: number): FactOf<'testified'> =>
  testified(s, who, { kind: 'role', role: 'leader', epoch });

export const follows = (s: number, who: string, epoch: number): FactOf<'testified'> =>
  testified(s, who, { kind: 'role', role: 'follower', epoch });

export const dispatched = (s: number, who: string, job: string, of: Token): FactOf<'testified'> =>
  testified(s, who, { kind: 'dispatched', job, token: of, worker: 'worker-1' });

/** The answer to something that was asked, `ok` unless told otherwise. */
export const heard = (
  s: number,
  ask: FactOf<'asked'>,
  answer: Answer = { kind: 'ok' },
): FactOf<'answered'> => {
  const { client, op, request, at: askedAt } = ask;
  return { kind: 'answered', at: at(s), client, op, request, answer, askedAt };
};

/** A request and its answer, which is heard at once. */
export const asks = (s: number, request: Request, answer?: Answer): readonly [Fact, Fact] => {
  const ask = asked(s, request);
  return [ask, heard(s, ask, answer)];
};

export const editOf = (
  edit: 'pause' | 'resume' | 'delete',
  revision: number,
  schedule = 'backup',
): Request => ({ kind: 'edit-schedule', edit, schedule, revision });

export const queueOf = (
  limits: QueueLimits,
  options: { readonly queue?: string; readonly revision?: number } = {},
): Request => ({
  kind: 'put-queue',
  queue: options.queue ?? 'default',
  revision: options.revision ?? 1,
  limits,
});

/** A scheduler testifies that it gives an attempt up. */
export const lost = (s: number, job: string, of: Token = token(1, 1)): FactOf<'testified'> =>
  testified(s, 'scheduler-1', { kind: 'attempt-lost', job, token: of, why: 'silent' });

/** An attempt is granted and its body begins a little later. */
export const granted = (
  s: number,
  job: string,
  options: BodyOptions = {},
): readonly [FactOf<'testified'>, FactOf<'body-began'>] => [
  dispatched(s, 'scheduler-1', job, options.token ?? token(1, 1)),
  began(s + 0.01, job, options),
];

import { unreachable } from '../lib/assert.ts';
import { humanDuration, SECOND } from '../lib/units.ts';
import { formatUtc } from '../lib/utc.ts';
import type {
  Answer,
  Evidence,
  Fact,
  FactKind,
  FactOf,
  Request,
  Resources,
  Testimony,
  TickId,
  Token,
  Truth,
} from './fact.ts';

/** The sign before every line of a transcript, and what it stands for. */
export const MARKS = {
  evidence: { mark: '·', meaning: 'evidence: what the outside saw' },
  truth: { mark: '#', meaning: 'truth: what the harness did or knows' },
  testimony: { mark: '~', meaning: "testimony: a program's own word" },
} as const;

/** Who it is about, what happened in a few words, and the particulars. */
type Line = readonly [who: string, what: string, detail: string];

const TRUTHS: ReadonlySet<FactKind> = new Set([
  'run-began',
  'phase',
  'machine',
  'clock',
  'fault',
  'tick-due',
  'spent',
  'assumption-failed',
] satisfies readonly Truth['kind'][]);

const isTruth = (fact: Evidence | Truth): fact is Truth => TRUTHS.has(fact.kind);

/**
 * One line for people: time in seconds to the microsecond, a mark for the kind of fact, the
 * machine, what happened. Columns line up as long as names are short.
 *
 *     12.345678s · worker-2    body began      c1-17 token 3.1
 */
export function describeFact(fact: Fact): string {
  if (fact.kind === 'testified') {
    return layOut(fact.at, MARKS.testimony.mark, [fact.machine, ...describeTestimony(fact.said)]);
  }
  if (isTruth(fact)) return layOut(fact.at, MARKS.truth.mark, describeTruth(fact));
  return layOut(fact.at, MARKS.evidence.mark, describeEvidence(fact));
}

function layOut(atUs: number, mark: string, [who, what, detail]: Line): string {
  const micros = String(atUs % SECOND).padStart(6, '0');
  const time = `${Math.floor(atUs / SECOND)}.${micros}`.padStart(11);
  // A name may hold anything; a transcript stays one line per fact all the same.
  const line = `${time}s ${mark} ${who.padEnd(11)} ${what.padEnd(15)} ${detail}`;
  return line.replaceAll(/[\n\r\u2028\u2029]+/g, ' ').trimEnd();
}

function describeEvidence(fact: Evidence): Line {
  switch (fact.kind) {
    case 'asked':
      return [
        fact.client,
        'asked',
        `#${fact.op} ${nonsense(fact)}${describeRequest(fact.request)}`,
      ];
    case 'answered':
      return [fact.client, 'answered', describeAnswered(fact)];
    case 'body-began':
      return [fact.worker, 'body began', attempt(fact) + onceOnly(fact.delivery)];
    case 'body-ended':
      return [fact.worker, `body ${fact.how}`, attempt(fact)];
    case 'part-began':
      return [fact.worker, 'part began', `${attempt(fact)} part ${fact.part}`];
    case 'part-ended':
      return [fact.worker, 'part ended', `${attempt(fact)} part ${fact.part}`];
    case 'effect-arrived':
      return [fact.worker, fact.accepted ? 'effect accepted' : 'effect refused', arrival(fact)];
    case 'audited-job':
      return ['auditor', 'job read back', describeAudited(fact)];
    case 'audited-schedule':
      return [
        'auditor',
        'schedule read',
        `${fact.schedule}: ${fact.standing}, revision ${fact.revision}`,
      ];
    case 'audited-skip':
      return ['auditor', 'skip read back', `tick ${tickName(fact.tick)}: ${fact.reason}`];
    case 'audit-ended':
      return ['auditor', fact.complete ? 'audit complete' : 'audit cut short', fact.reason ?? ''];
    default:
      return unreachable(fact);
  }
}

function describeTruth(fact: Truth): Line {
  switch (fact.kind) {
    case 'run-began':
      return ['harness', 'run began', describeBegin(fact)];
    case 'phase':
      return ['harness', 'phase', fact.phase];
    case 'machine':
      return [fact.machine, `is ${fact.state}`, because(fact)];
    case 'clock':
      return [fact.machine, 'clock', describeClock(fact)];
    case 'fault':
      return ['harness', `fault ${fact.event}`, describeFault(fact)];
    case 'tick-due':
      return [
        'harness',
        'tick due',
        tickName(fact.tick) + ofRevision(fact) + onceOnly(fact.delivery),
      ];
    case 'spent':
      return ['harness', 'spent so far', describeSpent(fact)];
    case 'assumption-failed':
      return [fact.machine, 'not as assumed', `${fact.assumption}: ${fact.detail}`];
    default:
      return unreachable(fact);
  }
}

const describeSpent = ({ messages, syncs, transactions }: FactOf<'spent'>): string =>
  `${messages} messages, ${syncs} syncs, ${transactions} transactions`;

function describeTestimony(said: Testimony): readonly [what: string, detail: string] {
  switch (said.kind) {
    case 'role':
      return [`says ${said.role}`, `epoch ${said.epoch}`];
    case 'lease':
      return ['says lease', `${said.event}, epoch ${said.epoch}`];
    case 'shard':
      return [`says shard ${said.event}`, `shard ${said.shard}, epoch ${said.epoch}`];
    case 'dispatched':
      return [
        'says dispatched',
        `${said.job} ${tokenText(said.token)} to ${[said.worker, ...(said.parts ?? [])].join(' ')}`,
      ];
    case 'committed':
      return ['says committed', `${said.decided} decided, ${said.conflicts} in conflict`];
    case 'tick-decided':
      return [`says ${said.action}`, `tick ${tickName(said.tick)}${colon(said.reason)}`];
    case 'attempt-lost':
      return ['says lost', `${said.job} ${tokenText(said.token)}${colon(said.why)}`];
    case 'late-report':
      return ['says too late', `${said.job} ${tokenText(said.token)}`];
    case 'note':
      return ['says', said.text];
    default:
      return unreachable(said);
  }
}

function describeRequest(request: Request): string {
  switch (request.kind) {
    case 'submit':
      return describeSubmit(request);
    case 'status':
    case 'schedule-status':
      return `status of ${subjectOf(request)}`;
    case 'cancel':
      return `cancel ${request.job}`;
    case 'retry':
      return `retry ${request.job}, dead after ${request.attempts} attempts`;
    case 'run-now':
      return `run ${request.job} now`;
    case 'trigger':
      return `trigger ${request.schedule} as ${request.job}`;
    case 'put-schedule':
    case 'put-queue':
      return `put ${revised(request)}`;
    case 'edit-schedule':
    case 'edit-queue':
      return `${request.edit} ${revised(request)}`;
    default:
      return unreachable(request);
  }
}

type Revised = Extract<Request, { readonly revision: number }>;

function revised(request: Revised): string {
  const what = 'queue' in request ? `queue ${request.queue}` : `schedule ${request.schedule}`;
  return request.revision === 1 ? what : `${what}, revision ${request.revision}`;
}

function describeSubmit(request: Extract<Request, { readonly kind: 'submit' }>): string {
  const { job, delayUs, maxAttempts, timeoutUs, sink, queue, priority } = request;
  const parts = [
    delayUs > 0 ? `in ${humanDuration(delayUs)}` : '',
    request.atUs === undefined ? '' : `not before ${formatUtc(request.atUs)}`,
    `${maxAttempts === 1 ? '1 attempt' : `${maxAttempts} attempts`} of ${humanDuration(timeoutUs)}`,
    sink === 'none' ? '' : `sink ${sink}`,
    queue === 'default' ? '' : `queue ${queue}`,
    priority === 0 ? '' : `priority ${priority}`,
    request.key === undefined ? '' : `key ${request.key}`,
    request.uniqueKey === undefined ? '' : `unique ${request.uniqueKey}`,
    request.parents === undefined ? '' : `after ${request.parents.join(' ')}`,
    request.gang === undefined ? '' : `${request.gang} parts`,
    request.resources === undefined ? '' : roomText(request.resources),
  ];
  const said = parts.filter((part) => part !== '').join(', ');
  return `submit ${job}: ${said}${onceOnly(request.delivery)}`;
}

const roomText = ({ cpu, memory }: Resources): string => `${cpu} m of a core, ${memory} MB`;

/** What a request is about: a job, a schedule or a queue. */
function subjectOf(request: Request): string {
  if ('job' in request) return request.job;
  return 'schedule' in request ? request.schedule : request.queue;
}

function describeAnswered(fact: FactOf<'answered'>): string {
  const { request } = fact;
  const about = subjectOf(request);
  const took = humanDuration(fact.at - fact.askedAt);
  const what = 'edit' in request ? request.edit : request.kind;
  const asked = `#${fact.op} ${nonsense(fact)}${what} ${about}`;
  return `${asked}: ${describeAnswer(fact.answer)} after ${took}`;
}

function describeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'ok':
      return ['ok', answer.state, answer.standing].filter((part) => part !== undefined).join(', ');
    case 'fail':
      return `fail, ${answer.reason},`;
    case 'unknown':
      return 'unknown';
    default:
      return unreachable(answer);
  }
}

function arrival(fact: FactOf<'effect-arrived'>): string {
  const notes = [
    fact.sink === 'none' ? '' : `sink ${fact.sink}`,
    fact.sink !== 'none' && !fact.fenced ? 'not fenced' : '',
    fact.repeat ? 'sent again' : '',
    fact.reason ?? '',
  ].filter((note) => note !== '');
  return [`${attempt(fact)} effect ${fact.effect}`, ...notes].join(', ');
}

function describeAudited(fact: FactOf<'audited-job'>): string {
  const tries = fact.attempts === 1 ? '1 attempt' : `${fact.attempts} attempts`;
  return `${fact.job}${forTick(fact.tick)}: ${fact.state}, ${tries}`;
}

function describeBegin(fact: FactOf<'run-began'>): string {
  const names = fact.machines.map((machine) => machine.name).join(' ');
  return `at ${formatUtc(fact.startWallUs)}${colon(names)}`;
}

function describeClock(fact: FactOf<'clock'>): string {
  const error = fact.wallErrorUs;
  const wall =
    error === 0 ? 'right' : `${humanDuration(Math.abs(error))} ${error > 0 ? 'ahead' : 'behind'}`;
  const rate = fact.ratePpm === 0 ? 'true rate' : `${Math.abs(fact.ratePpm)} ppm`;
  const sense = fact.ratePpm === 0 ? '' : fact.ratePpm > 0 ? ' fast' : ' slow';
  return `${rate}${sense}, wall clock ${wall}${led(fact.wallRatePpm)}`;
}

function led(wallRatePpm: number | undefined): string {
  if (wallRatePpm === undefined) return '';
  if (wallRatePpm === -1_000_000) return ', standing still';
  return wallRatePpm < 0 ? `, losing ${-wallRatePpm} ppm` : `, gaining ${wallRatePpm} ppm`;
}

function describeFault(fact: FactOf<'fault'>): string {
  const whom = fact.whom.length === 0 ? '' : ` on ${fact.whom.join(' ')}`;
  return `${fact.fault} ${fact.faultKind}${whom}`;
}

function because(fact: FactOf<'machine'>): string {
  const again = fact.incarnation > 1 ? `incarnation ${fact.incarnation}` : '';
  const why = fact.why === '' ? '' : `because of ${fact.why}`;
  return [again, why].filter((part) => part !== '').join(', ');
}

const attempt = (fact: { readonly job: string; readonly tick?: TickId; readonly token: Token }) =>
  `${fact.job} ${tokenText(fact.token)}${forTick(fact.tick)}`;

const tokenText = (token: Token): string => `token ${token.epoch}.${token.attempt}`;
const tickName = (tick: TickId): string => `${tick.schedule} ${formatUtc(tick.nominalUs)}`;
const forTick = (tick: TickId | undefined): string =>
  tick === undefined ? '' : ` for tick ${tickName(tick)}`;
const ofRevision = ({ revision }: FactOf<'tick-due'>): string =>
  revision === 1 ? '' : ` of revision ${revision}`;
const onceOnly = (delivery: string): string =>
  delivery === 'at-most-once' ? ', once at most' : '';
const nonsense = ({ hostile }: { readonly hostile?: true }): string =>
  hostile === true ? 'nonsense like ' : '';
const colon = (text: string): string => (text === '' ? '' : `: ${text}`);

/** Kinds of faults that a user defines, beside the built-in ones. */
import type { Message } from '../host/host.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import type { Random } from '../lib/random.ts';
import { findFault } from './faults.ts';
import { type FaultInfo, type ParamInfo, TESTED } from './kinds/info.ts';
import { AIMED_ROLES, type AimedRole, type FaultKind, type PlannedFault } from './plan.ts';

/** A machine that a fault hits. */
export interface HitMachine {
  readonly name: string;
  readonly role: AimedRole;
}

/** A fault of an own kind that has begun, and what it may do. */
export interface OwnBeginning {
  readonly fault: PlannedFault<string>;
  readonly targets: readonly HitMachine[];
  /** The other end of the links, where the plan names one. */
  readonly peers?: readonly HitMachine[];
  /** A stream of the fault's own: the same seed draws the same numbers. */
  readonly random: Random;
  /** True time since the start of the run. */
  nowUs(): number;
  /** A number of the fault; one that the plan leaves out has the value that its kind says. */
  param(name: string): number;
  /**
   * Begins a built-in kind of fault on one of the machines. It ends with this fault, or before,
   * when the answer is called.
   */
  hit(machine: HitMachine, kind: FaultKind, params?: PlannedFault['params']): () => void;
  /** Calls back after this span of true time, unless the fault is over by then. */
  later(afterUs: number, run: () => void): void;
  /** Says that the fault changed something; messages with another verdict than `pass` say it. */
  bite(): void;
}

/** A message on a link of the fault, as it is about to be sent. */
export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

/** It passes, is lost, is damaged on the way, or takes so many microseconds longer. */
export type MessageVerdict = 'pass' | 'drop' | 'damage' | number;

export interface FaultSpec {
  /** Its name in plans; no built-in kind has it. */
  readonly kind: string;
  /** What happens, in one sentence. */
  readonly sentence: string;
  /** Machines that it can hit; schedulers, stores and workers when not told. */
  readonly roles?: readonly AimedRole[];
  /** Its numbers: what they mean, and their range. */
  readonly params?: Readonly<Record<string, ParamInfo>>;
  /**
   * Asked about every message between the targets and the peers, in both directions, or between the
   * targets and everybody where the plan names no peer. It must not keep or change the message.
   */
  readonly onMessage?: (sent: SentMessage, fault: OwnBeginning) => MessageVerdict;
  /** Called once, when the fault begins. */
  readonly onBegin?: (fault: OwnBeginning) => void;
}

/** A kind of fault of a user's own, checked. */
export interface OwnFault extends FaultInfo<string> {
  readonly onMessage?: FaultSpec['onMessage'];
  readonly onBegin?: FaultSpec['onBegin'];
}

/**
 * A kind of fault of one's own: a rule about messages, built-in kinds on machines at times that it
 * chooses, or both. Hand it to `simulate` beside a plan that names it. It excuses no claim; what it
 * does through built-in kinds excuses what those excuse. Throws {@link BadInput} with everything
 * that is wrong.
 */
export function defineFault(spec: FaultSpec): OwnFault {
  const problems = faultProblems(spec);
  if (problems.length > 0) throw new BadInput(problems);
  const { kind, sentence, roles = TESTED, params = {}, onMessage, onBegin } = spec;
  return Object.freeze({
    kind,
    sentence,
    roles,
    params,
    excuses: [],
    ...(onMessage === undefined ? {} : { onMessage, hasPeer: true as const }),
    ...(onBegin === undefined ? {} : { onBegin }),
  });
}

const KIND = /^[a-z][a-z0-9-]{0,63}$/;

function faultProblems(spec: FaultSpec): Problem[] {
  const { kind, sentence, roles, params = {}, onMessage, onBegin } = spec;
  const found: Problem[] = [];
  const wrong = (path: string, problem: string, hint?: string): void => {
    found.push({ path, problem, ...(hint === undefined ? {} : { hint }) });
  };
  if (typeof kind !== 'string' || !KIND.test(kind)) {
    wrong('kind', `'${kind}' names no kind of fault`, 'small letters, digits and "-"');
  } else if (findFault(kind) !== undefined) {
    wrong('kind', `there is a built-in '${kind}'`, 'choose another name');
  }
  if (typeof sentence !== 'string' || sentence.trim() === '') {
    wrong('sentence', 'needs a sentence: what happens');
  }
  if (roles?.length === 0) wrong('roles', 'names nobody', `of ${AIMED_ROLES.join(', ')}`);
  for (const role of roles ?? []) {
    if (AIMED_ROLES.includes(role)) continue;
    wrong('roles', `'${role}' is hit by no fault`, `of ${AIMED_ROLES.join(', ')}`);
  }
  for (const [name, info] of Object.entries(params)) found.push(...paramProblems(name, info));
  const isFunction = (it: unknown): boolean => it === undefined || typeof it === 'function';
  if (!isFunction(onMessage)) wrong('onMessage', 'is not a function');
  if (!isFunction(onBegin)) wrong('onBegin', 'is not a function');
  if (onMessage === undefined && onBegin === undefined) {
    wrong('', 'does nothing', 'give onMessage, onBegin or both');
  }
  return found;
}

function paramProblems(name: string, { low, high, otherwise }: ParamInfo): Problem[] {
  const path = `params.${name}`;
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    return [{ path, problem: `nothing is within ${low} to ${high}` }];
  }
  if (otherwise === undefined || (otherwise >= low && otherwise <= high)) return [];
  return [{ path, problem: `${otherwise} is not within ${low} to ${high}` }];
}

/** Designs that a user defines: programs on the host port, run like the built-in ones. */
import { assumptionProblems } from '../checkers/own-claim.ts';
import type { Assumes } from '../faults/fairness.ts';
import type { Assumption } from '../history/fact.ts';
import type { ProgramFactory } from '../host/program.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { humanDuration, SECOND } from '../lib/units.ts';
import type { BuiltDesign, DesignContext, DesignMachine } from '../scheduler/designs/design.ts';
import { WORKER_PARTS } from '../scheduler/worker/worker.ts';
import { ASSUMES, type SelectedDesign } from './entries/entry.ts';
import { DESIGNS } from './registry.ts';

/** A machine of a design. */
export interface OwnMachine {
  /** One of `context.members`, `context.store`, or a name of its own. */
  readonly name: string;
  /** Clients and workers talk to schedulers, which is what a machine is when not told. */
  readonly role?: 'scheduler' | 'store';
  /** Makes its program anew whenever the machine starts. */
  readonly program: ProgramFactory;
  /** Its disk alone holds the book. When not told: true of the only machine of a design. */
  readonly keepsBook?: boolean;
  /** The same program with its durations times a factor, for faults of unequal configuration. */
  readonly configured?: (factor: number) => ProgramFactory;
}

export interface DesignSpec {
  /** Its name in reports and cases; no built-in design has it. */
  readonly name: string;
  /** Its machines: at least one scheduler. Called once for every run. */
  readonly build: (context: DesignContext) => readonly OwnMachine[];
  /** From the heal to somebody in charge, at the latest; 30 s when not told. */
  readonly takeoverUs?: number;
  /** From a worker's end to that of its attempts, where only that takes longer than silence. */
  readonly rescueUs?: number;
  /** A lesser job may start first while a greater one has been ready for less than this. */
  readonly orderSlackUs?: number;
  /** Claim to the reason why it is not promised; every other one is. */
  readonly notPromised?: Readonly<Record<string, string>>;
  /** What it takes for granted; clocks as the built-in designs do, and several copies. */
  readonly assumes?: Partial<Assumes>;
  /** Claim to assumptions that excuse it here, beside those that excuse it everywhere. */
  readonly alsoExcused?: Readonly<Record<string, readonly Assumption[]>>;
  /** Every member looks after workers: they begin with different ones. */
  readonly isShared?: boolean;
  /** Schedulers that are enough to work again, of so many; all of them when not told. */
  readonly coreSchedulers?: (members: number) => number;
  /**
   * `import.meta.url` of the module that exports it: then the commands that replay its cases are
   * complete.
   */
  readonly module?: string;
  /** `sometimes` claims that a storm with crashes, pauses or partitions must have shown. */
  readonly expects?: readonly string[];
}

const TAKEOVER_US = 30 * SECOND;

/**
 * A design of one's own, to be handed to `simulate` or `prepare`. Throws {@link BadInput} with
 * everything that is wrong, here or, where its machines do not fit, when it is built.
 */
export function defineDesign(spec: DesignSpec): SelectedDesign {
  const problems = designProblems(spec);
  if (problems.length > 0) throw new BadInput(problems);
  const assumes: Assumes = { ...ASSUMES, ...spec.assumes };
  const { rescueUs, orderSlackUs, alsoExcused, module } = spec;
  return Object.freeze({
    name: spec.name,
    isOwn: true as const,
    build: (context: DesignContext) => built(spec, context),
    workerParts: WORKER_PARTS,
    notPromised: spec.notPromised ?? {},
    assumes,
    assumptions: inWords(assumes),
    takeoverUs: spec.takeoverUs ?? TAKEOVER_US,
    ...(rescueUs === undefined ? {} : { rescueUs }),
    ...(orderSlackUs === undefined ? {} : { orderSlackUs }),
    ...(alsoExcused === undefined ? {} : { alsoExcused }),
    ...(module === undefined ? {} : { module }),
    expects: spec.expects ?? [],
    coreSchedulers: spec.coreSchedulers ?? ((members: number) => members),
  });
}

function built(spec: DesignSpec, context: DesignContext): BuiltDesign {
  const own = spec.build(context);
  const problems = machineProblems(own, context);
  if (problems.length > 0) throw new BadInput(problems);
  const machines = own.map(
    ({ name, role = 'scheduler', program, keepsBook, configured }): DesignMachine => ({
      name,
      role,
      factory: program,
      ...(configured === undefined ? {} : { configured }),
      keepsBook: keepsBook ?? own.length === 1,
    }),
  );
  const members = machines.filter(({ role }) => role === 'scheduler').map(({ name }) => name);
  return { machines, members, ...(spec.isShared === true ? { isShared: true } : {}) };
}

/** Machines of the harness, whose names are taken. */
const TAKEN = /^(ledger|auditor|operator|(worker|client)-\d+)$/;
const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

function machineProblems(
  machines: readonly OwnMachine[],
  { workers }: DesignContext,
): readonly Problem[] {
  if (!Array.isArray(machines))
    return [{ path: 'build', problem: 'does not answer with machines' }];
  const seen = new Set<string>();
  const found: Problem[] = [];
  for (const [i, { name, role = 'scheduler', program }] of machines.entries()) {
    const wrong = (key: string, problem: string): void => {
      found.push({ path: `build.${i}.${key}`, problem });
    };
    if (typeof name !== 'string' || !NAME.test(name)) wrong('name', `'${name}' names no machine`);
    else if (TAKEN.test(name) || workers.includes(name)) wrong('name', `'${name}' is taken`);
    else if (seen.has(name)) wrong('name', `'${name}' names two machines`);
    seen.add(name);
    if (role !== 'scheduler' && role !== 'store') wrong('role', `there is no role '${role}'`);
    if (typeof program !== 'function') wrong('program', 'is not a function that makes a program');
  }
  if (machines.some(({ role = 'scheduler' }) => role === 'scheduler')) return found;
  return [...found, { path: 'build', problem: 'has no scheduler', hint: 'clients talk to one' }];
}

function designProblems(spec: DesignSpec): Problem[] {
  const { name, build, notPromised = {}, alsoExcused = {}, coreSchedulers } = spec;
  const found: Problem[] = [];
  const wrong = (path: string, problem: string, hint?: string): void => {
    found.push({ path, problem, ...(hint === undefined ? {} : { hint }) });
  };
  if (typeof name !== 'string' || !NAME.test(name)) {
    wrong('name', `'${name}' names no design`, 'small letters, digits, "." and "-"');
  } else if (DESIGNS.some((design) => design.name === name)) {
    wrong('name', `there is a built-in '${name}'`, 'choose another name');
  }
  if (typeof build !== 'function') wrong('build', 'needs a function that makes machines');
  for (const key of ['takeoverUs', 'rescueUs', 'orderSlackUs'] as const) {
    const us = spec[key];
    if (us !== undefined && !isSpan(us)) wrong(key, `${us} is not a span in microseconds`);
  }
  for (const [claim, why] of Object.entries(notPromised)) {
    if (typeof why === 'string' && why.trim() !== '') continue;
    wrong(`notPromised.${claim}`, 'needs the reason why it is not promised');
  }
  for (const key of ['ratePpmMax', 'wallErrorUsMax'] as const) {
    const bound = spec.assumes?.[key];
    if (bound !== undefined && !isSpan(bound)) wrong(`assumes.${key}`, `${bound} is no bound`);
  }
  for (const [claim, list] of Object.entries(alsoExcused)) {
    found.push(...assumptionProblems(`alsoExcused.${claim}`, list));
  }
  if (coreSchedulers !== undefined && typeof coreSchedulers !== 'function') {
    wrong('coreSchedulers', 'is not a function of the number of members');
  }
  return found;
}

const isSpan = (us: unknown): boolean => Number.isSafeInteger(us) && (us as number) >= 0;

function inWords({ ratePpmMax, wallErrorUsMax, singleCopy, noSuspend }: Assumes) {
  return [
    { what: 'rate error of a clock', bound: `at most ${ratePpmMax} ppm` },
    { what: 'wall clock error', bound: `at most ${humanDuration(wallErrorUsMax)}` },
    ...(singleCopy ? [{ what: 'copies', bound: 'only one is started' }] : []),
    ...(noSuspend ? [{ what: 'suspend', bound: 'no machine is suspended' }] : []),
  ];
}

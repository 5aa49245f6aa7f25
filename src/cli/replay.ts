/** `replay`: one seed again, with its transcript, and whether it went the same way. */
import { resolve } from 'node:path';
import { CASE_VERSION, type CaseFile } from '../explore/case-file.ts';
import { type Replay, replayCase } from '../explore/replay.ts';
import { INLINE_CASE } from '../explore/simulate-story.ts';
import { findAmong } from '../faults/faults.ts';
import type { Plan } from '../faults/plan.ts';
import { BadInput, ok } from '../lib/outcome.ts';
import { parseDurationUs } from '../lib/units.ts';
import { readDocument } from '../report/document-schema.ts';
import { failingSeeds } from '../report/words.ts';
import { suggestion } from '../scenario/nearest.ts';
import { type SelectedDesign, selectDesign } from '../scenario/registry.ts';
import { shown } from '../scenario/values.ts';
import {
  breaksNothing,
  caseIn,
  checkDesign,
  checkVersion,
  inlineCase,
  scenarioFolder,
  versionOf,
} from './cases.ts';
import { EXIT, type Io } from './io.ts';
import { loadScenario, loadText, readWhole } from './load.ts';
import { loadModules, type OwnModules } from './own-code.ts';
import { planned, plansText, planText, readPlan } from './plan.ts';

export interface ReplayOptions {
  readonly seed?: string;
  readonly design?: string;
  readonly until?: string;
  readonly grep?: string;
  /** With a scenario only. */
  readonly set: readonly string[];
  /** A file; with a scenario only. */
  readonly plan?: string;
  /** Print the plan, and run nothing. */
  readonly printPlan?: boolean;
  /** Files that export designs, claims and kinds of faults of the user's own. */
  readonly module: readonly string[];
}

/** One seed of one design, as it was recorded. */
interface Recorded {
  readonly scenario: { readonly name: string; readonly hash: string; readonly text: string };
  readonly design: string;
  readonly seed: string;
  /** Absent when another design than the recorded one was asked for. */
  readonly fingerprint?: string;
  readonly plan?: Plan;
  /** The case whose claim has to break. */
  readonly broken?: CaseFile;
  /** What its files are relative to, where that is known. */
  readonly folder?: string;
}

/** Runs the seed again, prints its transcript, and answers with the exit code. */
export async function replay(file: string, options: ReplayOptions, io: Io): Promise<number> {
  const own = await loadModules(options.module, io.cwd);
  const path = resolve(io.cwd, file);
  const untilUs = untilOf(options.until);
  const wanted = pattern(options.grep);
  const isRecorded = /\.json$/.test(file) || file.startsWith(INLINE_CASE);
  const recorded = isRecorded
    ? readRecorded(path, file, options, own)
    : fromScenario(file, options, io, own);
  const loaded = loadText({
    text: recorded.scenario.text,
    shown: `${shownFile(file)} (its scenario)`,
    folder: recorded.folder ?? scenarioFolder(path, io.cwd),
    cwd: io.cwd,
    sets: [],
  });
  if (loaded.kind === 'failed') throw new BadInput(loaded.error);
  const { design, seed, plan } = recorded;
  if (options.printPlan === true) {
    const { scenario } = loaded.value.loaded;
    io.stdout(plan ? planText(scenario.name, seed, plan) : plansText(scenario, [seed]));
    return EXIT.held;
  }
  const isSame = loaded.value.loaded.hash === recorded.scenario.hash;
  if (!isSame) io.stderr('The scenario or a file that it names has changed since.\n');
  const chosen = own.designs.find(({ name }) => name === design) ?? design;
  const run = replayCase({
    loaded: loaded.value.loaded,
    design: chosen,
    seed,
    own,
    ...(plan === undefined ? {} : { plan }),
  });
  const claimed = recorded.broken;
  const isClaimed = claimed !== undefined && isBroken(run, claimed.broken.claim);
  if (claimed !== undefined && isSame && !isClaimed) throw breaksNothing(claimed, file);
  printTranscript(run, untilUs, wanted, io);
  const broken = promisedAndBroken(chosen, run.verdicts);
  for (const [claim, summary] of broken) io.stderr(`${claim} broke: ${summary}\n`);
  const code = broken.length > 0 ? EXIT.broken : EXIT.held;
  if (recorded.fingerprint === undefined) {
    const what = `${design}, seed ${seed}, fingerprint ${run.fingerprint}`;
    io.stderr(`${what}: nothing recorded to compare with.\n`);
    return code;
  }
  if (run.fingerprint !== recorded.fingerprint) {
    io.stderr(`Another run: fingerprint ${run.fingerprint}, recorded ${recorded.fingerprint}.\n`);
    // A case is what it is for its claim: other code may have taken other steps to break it.
    if (isClaimed && isSame) {
      io.stderr(`The code has changed since; ${claimed.broken.claim} is broken all the same.\n`);
      return code;
    }
    // With other inputs another run is what must come out; with the same it must not.
    return isSame ? EXIT.nondeterminism : EXIT.inconclusive;
  }
  io.stderr(
    `The same run, step by step: ${design}, seed ${seed}, fingerprint ${run.fingerprint}.\n`,
  );
  return code;
}

/** A case that stands in the command line is named by how it begins. */
const shownFile = (file: string): string => (file.startsWith(INLINE_CASE) ? INLINE_CASE : file);

const isBroken = ({ verdicts }: Replay, claim: string): boolean =>
  verdicts.get(claim)?.kind === 'broken';

function promisedAndBroken(
  design: string | SelectedDesign,
  verdicts: Replay['verdicts'],
): [string, string][] {
  const selected = typeof design === 'string' ? selectDesign(design) : ok(design);
  const notPromised = selected.kind === 'ok' ? selected.value.notPromised : {};
  return [...verdicts].flatMap(([claim, verdict]): [string, string][] => {
    const isBroken = verdict.kind === 'broken' && !Object.hasOwn(notPromised, claim);
    return isBroken ? [[claim, verdict.summary]] : [];
  });
}

function printTranscript(
  run: Replay,
  untilUs: number | undefined,
  wanted: RegExp | undefined,
  io: Io,
): void {
  for (const [i, line] of run.lines.entries()) {
    if (untilUs !== undefined && (run.atUs[i] ?? 0) > untilUs) break;
    if (wanted === undefined || wanted.test(line)) io.stdout(`${line}\n`);
  }
}

function untilOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const us = parseDurationUs(text);
  if (us !== undefined) return us;
  const problem = `${shown(text)} is not a span of time`;
  throw new BadInput([{ path: '', file: '--until', problem, hint: 'such as 12s or 90500ms' }]);
}

/** The text as a regular expression where it is one, else the text itself. */
function pattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'i');
  } catch {
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
  }
}

/** A seed of a scenario that nobody recorded: the run that `run` and `compare` make of it. */
function fromScenario(
  file: string,
  options: ReplayOptions,
  io: Io,
  { designs }: OwnModules,
): Recorded {
  const read = loadScenario(file, io.cwd, options.set);
  if (read.kind === 'failed') throw new BadInput(read.error);
  const plan = readPlan(options.plan, io.cwd);
  if (plan.kind === 'failed') throw new BadInput(plan.error);
  const { loaded, folder } = planned(read.value, plan.value);
  const { text, hash, scenario } = loaded;
  const wanted = options.design ?? scenario.designs[0] ?? 'lease';
  const design = checkDesign(wanted, '--design', designs);
  const seed = options.seed ?? '1';
  return { scenario: { name: scenario.name, hash, text }, design, seed, folder };
}

/** Reads the file as a case or as a report. */
function readRecorded(
  path: string,
  file: string,
  options: ReplayOptions,
  own: OwnModules,
): Recorded {
  if (options.plan !== undefined) {
    const hint = 'a case or a report has its own';
    const problem = 'a plan goes with a scenario';
    throw new BadInput([{ path: '', file: '--plan', problem, hint }]);
  }
  const text = file.startsWith(INLINE_CASE) ? inlineCase(file) : readWhole(path, file);
  const version = versionOf(text);
  if (version === CASE_VERSION) return recordedCase(text, shownFile(file), options, own);
  checkVersion(version, file);
  const document = readDocument(text);
  if (document.kind === 'ok') return recordedSeed(document.value, file, options);
  const hint = 'replay takes a report.json or a file of its cases';
  throw new BadInput(document.error.slice(0, 5).map((p) => ({ hint, ...p, file })));
}

function recordedCase(
  text: string,
  file: string,
  options: ReplayOptions,
  { designs, faults }: OwnModules,
): Recorded {
  const read = caseIn(text, file, findAmong(faults));
  const { scenario, seed, design, plan, fingerprint } = read;
  if (options.seed !== undefined && options.seed !== seed) {
    const problem = `this case is of seed ${seed}`;
    throw new BadInput([{ path: '', file: '--seed', problem, hint: 'leave it out' }]);
  }
  const chosen = options.design ?? design;
  const where = options.design === undefined ? file : '--design';
  const canonical = checkDesign(chosen, where, designs);
  const recorded = canonical === design ? { fingerprint, broken: read } : {};
  return { scenario, seed, design: canonical, plan, ...recorded };
}

function recordedSeed(
  document: Extract<ReturnType<typeof readDocument>, { kind: 'ok' }>['value'],
  file: string,
  options: ReplayOptions,
): Recorded {
  const refuse = (where: string, problem: string, hint?: string): never => {
    throw new BadInput([
      { path: '', file: where, problem, ...(hint === undefined ? {} : { hint }) },
    ]);
  };
  const names = document.designs.map((design) => design.name);
  // Without being told, what broke is what somebody wants to see.
  const failing = document.designs.find((design) => failingSeeds(design).length > 0);
  const selected = options.design === undefined ? undefined : selectDesign(options.design);
  const canonical = selected?.kind === 'ok' ? selected.value.name : options.design;
  const wanted = canonical ?? (failing ?? document.designs[0])?.name ?? '';
  const design = document.designs.find((each) => each.name === wanted);
  if (design === undefined) {
    return refuse('--design', `${shown(wanted)} is not in this report`, suggestion(wanted, names));
  }
  checkDesign(wanted, file);
  const seed = options.seed ?? failingSeeds(design)[0]?.seed ?? design.seeds[0]?.seed ?? '';
  const row = design.seeds.find((each) => each.seed === seed);
  if (row === undefined) {
    const known = design.seeds.map((each) => each.seed);
    return refuse('--seed', `${shown(seed)} is not in this report`, suggestion(seed, known));
  }
  const { name, hash, text } = document.scenario;
  const scenario = { name, hash, text };
  return { scenario, design: wanted, seed, fingerprint: row.fingerprint };
}

/**
 * A broken run as a file: the scenario's text, the design, the seed, and the plan as it was drawn,
 * so that it replays without the generator and survives changes of how plans are drawn.
 */
import { z } from 'zod';
import { type FindFault, findFault } from '../faults/faults.ts';
import { AIMED_ROLES, ANCHORS, type Plan, ROLES_AT_MOMENT, SHARES } from '../faults/plan.ts';
import { planProblems } from '../faults/plan-problems.ts';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { failed, ok } from '../lib/outcome.ts';
import { stableJson } from '../lib/stable-json.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import type { Counterfactual } from './counterfactual.ts';

export const CASE_VERSION = 'seaworthy/case/v1';

export interface CaseFile {
  readonly apiVersion: typeof CASE_VERSION;
  readonly scenario: { readonly name: string; readonly hash: string; readonly text: string };
  readonly design: string;
  readonly seed: string;
  readonly fingerprint: string;
  /** The claim that broke first, when, and how. */
  readonly broken: { readonly claim: string; readonly atUs: number; readonly summary: string };
  readonly plan: Plan;
  /** Of a case that was made smaller: what it was made of. */
  readonly shrunkFrom?: ShrunkFrom;
  /** Whether it breaks whatever its seed draws. */
  readonly robust?: boolean;
  /** The run in a dozen lines. */
  readonly story?: readonly string[];
  /** For each number of the plan: the bound beyond which the claim holds. */
  readonly counterfactual?: readonly Counterfactual[];
}

export interface ShrunkFrom {
  /** Hash of the scenario. */
  readonly hash: string;
  readonly faults: number;
  /** How many runs it took, and whether there was no time for more. */
  readonly runs: number;
  readonly isCutShort: boolean;
}

const word = z.string().max(200);
const index = z.int().min(0);
const target = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('name'), name: word }),
  z.strictObject({ by: z.literal('role'), role: z.enum(ROLES_AT_MOMENT) }),
  z.strictObject({ by: z.literal('index'), role: z.enum(AIMED_ROLES), index }),
  z.strictObject({
    by: z.literal('share'),
    role: z.enum([...AIMED_ROLES, 'any']),
    share: z.enum(SHARES),
  }),
  z.strictObject({ by: z.literal('rack'), index }),
]);
const start = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('at'), atUs: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('anchor'),
    after: z.enum(ANCHORS),
    nth: z.int().min(1),
    delayUs: z.int().min(0),
  }),
]);
const fault = z.strictObject({
  id: word,
  kind: word,
  target,
  peer: target.optional(),
  start,
  durationUs: z.int().min(0),
  params: z.record(z.string(), z.number()),
});
const bound = z.strictObject({
  fault: word,
  number: word,
  value: z.number(),
  holdsBelow: z.number().optional(),
  holdsAbove: z.number().optional(),
  sentence: z.string(),
});
const caseSchema = z.strictObject({
  apiVersion: z.literal(CASE_VERSION),
  scenario: z.strictObject({ name: word, hash: word, text: z.string() }),
  design: word,
  seed: word,
  fingerprint: word,
  broken: z.strictObject({ claim: word, atUs: z.number(), summary: z.string() }),
  plan: z.strictObject({ faults: z.array(fault).max(10_000) }),
  shrunkFrom: z
    .strictObject({ hash: word, faults: index, runs: index, isCutShort: z.boolean() })
    .optional(),
  robust: z.boolean().optional(),
  story: z.array(z.string()).max(100).optional(),
  counterfactual: z.array(bound).max(1_000).optional(),
});

export function printCase(
  loaded: LoadedScenario,
  run: Omit<CaseFile, 'apiVersion' | 'scenario'>,
): string {
  const { scenario, hash, text } = loaded;
  const file: CaseFile = {
    apiVersion: CASE_VERSION,
    scenario: { name: scenario.name, hash, text },
    ...run,
  };
  return `${stableJson(file, 1)}\n`;
}

/** Reads a case file; every problem with its path. Kinds of faults are looked up with `find`. */
export function readCase(
  text: string,
  find: FindFault = findFault,
): Outcome<CaseFile, readonly Problem[]> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return failed([{ path: '', problem: `not JSON: ${(error as Error).message}` }]);
  }
  const read = caseSchema.safeParse(data);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      problem: message,
    }));
    return failed(problems);
  }
  const file = read.data as unknown as CaseFile;
  const problems = planProblems(file.plan, find);
  return problems.length === 0 ? ok(file) : failed(problems);
}

/**
 * Faults that a scenario gives: from an entry of the text to a planned fault. In the text a number
 * has its unit in its value, in a plan in its name.
 */
import { z } from 'zod';
import { FAULTS } from '../faults/faults.ts';
import type { FaultKind, Plan, PlannedFault, Start, Target } from '../faults/plan.ts';
import { planProblems } from '../faults/plan-problems.ts';
import { assert } from '../lib/assert.ts';
import { failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { suggestion } from './nearest.ts';
import { arranged, issueProblems, problemAt, type SchemaNode } from './problems.ts';
import type { FaultsPart } from './scenario.ts';
import { type FaultText, faultList, type ScenarioText, type TargetText } from './text-schema.ts';
import { readDuration, readShare, shown } from './values.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** The faults of a scenario, and what is wrong with them. */
export interface FaultsRead {
  readonly part: FaultsPart;
  readonly problems: readonly Problem[];
}

/** Reads the part `faults`: names of numbers, their units and their ranges are checked here. */
export function faultsFrom(text: ScenarioText['faults'], yaml: YamlText): FaultsRead {
  if (!Array.isArray(text)) return { part: { kind: 'drawn', ...text }, problems: [] };
  const { faults, problems } = plannedFrom(text, yaml, ['faults']);
  return { part: { kind: 'given', faults }, problems };
}

/**
 * Reads a plan from a text of its own: a list of faults as a scenario gives them. Every problem is
 * told at once, with its place in the text; `file` is named in them only.
 */
export function parsePlan(text: string, file?: string): Outcome<Plan, readonly Problem[]> {
  const read = readYaml(text, file);
  if ('problems' in read) return failed(arranged(read.problems));
  const { yaml, data } = read;
  if (!Array.isArray(data)) {
    const hint = 'a list of faults, as `run --print-plan` prints it';
    return failed([problemAt(yaml, [], `${shown(data)} is not a plan`, hint)]);
  }
  const parsed = faultList.safeParse(data, { reportInput: true });
  if (!parsed.success) {
    const schema = z.toJSONSchema(faultList, { target: 'draft-7', io: 'input' }) as SchemaNode;
    return failed(arranged(issueProblems(parsed.error.issues, yaml, schema)));
  }
  const { faults, problems } = plannedFrom(parsed.data, yaml, []);
  return problems.length === 0 ? ok({ faults }) : failed(arranged(problems));
}

/** `root` is where the list stands in the text. */
function plannedFrom(
  text: readonly FaultText[],
  yaml: YamlText,
  root: readonly string[],
): { readonly faults: readonly PlannedFault[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const faults = text.map((entry, i): PlannedFault => {
    const params: Record<string, number> = {};
    for (const [key, value] of Object.entries(entry.params)) {
      const param = readParam(entry.kind, key, value);
      if ('problem' in param) {
        problems.push(problemAt(yaml, [...root, i, 'params', key], param.problem, param.hint));
      } else params[param.name] = param.value;
    }
    return {
      id: entry.id ?? `f${i + 1}`,
      kind: entry.kind,
      target: targetFrom(entry.target),
      ...(entry.peer === undefined ? {} : { peer: targetFrom(entry.peer) }),
      start: startFrom(entry),
      durationUs: entry.for ?? 0,
      params,
    };
  });
  if (problems.length === 0) {
    for (const { path, problem, hint } of planProblems({ faults })) {
      // Names in a plan end in their unit; in the text the unit stands in the value.
      const words = problem.replace(/(?<=[a-z])(Ppm|Us)'/g, "'");
      // Paths in a plan begin with `faults`.
      problems.push(problemAt(yaml, [...root, ...textPath(path).slice(1)], words, hint));
    }
  }
  return { faults, problems };
}

type Param =
  | { readonly name: string; readonly value: number }
  | { readonly problem: string; readonly hint?: string | undefined };

const UNIT_SUFFIX = /(?:Ppm|Us)$/;

/**
 * The number of a fault: its unit stands in the value in the text and in the name in the plan
 * (`loss: 20%` is `lossPpm: 200000`, `delay: 200ms` is `delayUs: 200000`).
 */
function readParam(kind: FaultKind, key: string, value: number | string): Param {
  const names = Object.keys(FAULTS.find((f) => f.kind === kind)?.params ?? {});
  const name = names.find((n) => n.replace(UNIT_SUFFIX, '') === key);
  if (name === undefined) {
    const known = names.map((n) => n.replace(UNIT_SUFFIX, ''));
    const hint = known.length === 0 ? `a ${kind} has none` : suggestion(key, known);
    return { problem: `a ${kind} has no such number`, hint };
  }
  const far = Number.MAX_SAFE_INTEGER;
  const reading = name.endsWith('Ppm')
    ? readShare(value, { min: -far, max: far }, true)
    : name.endsWith('Us')
      ? readDuration(value, { min: -far, max: far })
      : typeof value === 'number'
        ? { value }
        : { problem: `${shown(value)} is not a number`, hint: 'it has no unit' };
  return 'problem' in reading ? reading : { name, value: reading.value };
}

/** From a path in a plan to the path in the text: the units are not in the names there. */
function textPath(path: string): (string | number)[] {
  const text = path
    .replace('start.atUs', 'at')
    .replace('start.delayUs', 'after.delay')
    .replace('start.nth', 'after.nth')
    .replace(/durationUs$/, 'for')
    .replace(/(?<=params\..+)(Ppm|Us)$/, '');
  return text.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function startFrom({ at, after }: FaultText): Start {
  if (after === undefined) return { kind: 'at', atUs: at ?? 0 };
  return { kind: 'anchor', after: after.fact, nth: after.nth, delayUs: after.delay };
}

function targetFrom(text: TargetText): Target {
  if (typeof text === 'string') return { by: 'role', role: text };
  const { name, role, index, share, rack } = text;
  if (rack !== undefined) return { by: 'rack', index: rack };
  if (role === undefined) return { by: 'name', name: name ?? '' };
  if (share !== undefined) return { by: 'share', role, share };
  // The text form refuses any without a share.
  assert(role !== 'any', 'an index among machines of any role');
  return { by: 'index', role, index: index ?? 0 };
}

/**
 * The text form of a report document: what is accepted when a `report.json` is read back, how it is
 * written, and the JSON Schema that editors and other programs may rely on.
 */
import { z } from 'zod';
import { failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { stableJson } from '../lib/stable-json.ts';
import { BITTEN_ROLES } from '../metrics/storm.ts';
import type { Datasheet, ReportDocument } from './document.ts';
import { spaceTimeSchema } from './space-time-schema.ts';

const count = z.int().nonnegative();
const timeUs = z.number().nonnegative();
const verdictKind = z.enum(['held', 'broken', 'excused', 'unknown', 'vacuous']);

const seedRow = z.strictObject({
  seed: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits'),
  verdicts: z.record(z.string(), verdictKind),
});

const claimRow = z.strictObject({
  promised: z.boolean(),
  reason: z.string(),
  held: count,
  broken: count,
  excused: count,
  unknown: count,
  vacuous: count,
  example: z.strictObject({ seed: z.string(), atUs: timeUs, summary: z.string() }).exactOptional(),
});

const accounts = z.strictObject({
  jobs: z.strictObject({
    accepted: count,
    completed: count,
    cancelled: count,
    dead: count,
    open: count,
  }),
  ticks: z.strictObject({ due: count, run: count, skipped: count, missed: count, doubled: count }),
});

const metricRow = z.strictObject({
  unit: z.string(),
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  n: count,
  method: z.enum(['none', 'bootstrap-t', 'transformed t', 'at any look']).exactOptional(),
});

const eventRate = z.strictObject({
  events: count,
  hours: z.number().positive(),
  low: z.number(),
  high: z.number(),
  method: z.enum(['garwood', 'none seen']),
});

const series = z.strictObject({
  unit: z.string(),
  bucketUs: z.number().positive(),
  values: z.array(z.number().nullable()),
});

const percentileRow = z.strictObject({
  q: z.number(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

const samples = z.strictObject({
  unit: z.string(),
  values: z.array(z.number()),
  n: count,
  percentiles: z.array(percentileRow).exactOptional(),
});

const faultBand = z.strictObject({
  id: z.string(),
  kind: z.string(),
  fromUs: timeUs,
  untilUs: timeUs,
  whom: z.array(z.string()),
});

const leaderSpan = z.strictObject({
  machine: z.string(),
  epoch: z.number(),
  fromUs: timeUs,
  untilUs: timeUs,
});

const example = z.strictObject({
  seed: z.string(),
  endUs: timeUs,
  series: z.record(z.string(), series),
  faults: z.array(faultBand),
  leaders: z.array(leaderSpan),
});

const faultCoverage = z.strictObject({
  kind: z.string(),
  drawn: count,
  notApplicable: count,
  armed: count,
  bitten: count,
  bites: z.array(
    z.strictObject({
      role: z.enum(BITTEN_ROLES),
      phase: z.enum(['warm-up', 'chaos', 'heal', 'quiescence', 'audit', 'end']),
      count,
    }),
  ),
});

const openInterval = {
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
};

const durationRow = z.strictObject({
  n: count,
  unfinished: count,
  quantiles: z.array(z.strictObject({ q: z.number(), ...openInterval })),
  restricted: z.strictObject({ until: z.number(), ...openInterval }),
});

const steadyRow = z.strictObject({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  method: z.enum(['batch means', 'replication-deletion']),
  seeds: count,
  unsteady: count,
  nines: z.number().nullable(),
  downMinutesPerYear: z.number(),
  downLow: z.number().nullable(),
  downHigh: z.number().nullable(),
});

const windowRow = z.strictObject({
  windowUs: z.number().positive(),
  worst: z.number(),
  mean: z.number(),
  low: z.number(),
  high: z.number(),
});

const phaseAxis = z.strictObject({ key: z.string(), values: z.array(z.string()) });

const phaseDiagram = z.strictObject({
  design: z.string(),
  x: phaseAxis,
  y: phaseAxis,
  cells: z.array(
    z.strictObject({
      x: count,
      y: count,
      verdict: z.enum(['safe', 'unsafe', 'unavailable', 'unknown']),
      share: z.number(),
      claim: z.string().exactOptional(),
    }),
  ),
});

const datasheet = z.strictObject({
  design: z.string(),
  rows: z.array(
    z.strictObject({
      claim: z.string(),
      assumption: z.string(),
      unit: z.string(),
      assumed: z.number().nullable(),
      measured: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      note: z.string(),
    }),
  ),
});

const designReport = z.strictObject({
  name: z.string().min(1),
  seeds: z.array(seedRow),
  claims: z.record(z.string(), claimRow),
  accounts,
  metrics: z.record(z.string(), metricRow),
  rates: z.record(z.string(), eventRate).exactOptional(),
  durations: z.record(z.string(), durationRow).exactOptional(),
  steady: z.record(z.string(), steadyRow).exactOptional(),
  series: z.record(z.string(), series),
  samples: z.record(z.string(), samples),
  faults: z.array(faultCoverage),
  windows: z.array(windowRow),
  examples: z.array(example),
  assumes: z.array(z.strictObject({ what: z.string(), bound: z.string() })),
  machines: z
    .strictObject({ schedulers: count, stores: count, workers: count, clients: count })
    .exactOptional(),
  verdict: z.enum(['held', 'broken', 'inconclusive']),
  inconclusive: z.array(z.string()),
});

const comparison = z.strictObject({
  metric: z.string(),
  a: z.string(),
  b: z.string(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  n: count,
  correlation: z.number().nullable(),
  varianceReduction: z.number().nullable(),
  margin: z.number().nullable(),
  smallestDetectable: z.number().nullable(),
  verdict: z.enum(['higher', 'lower', 'equivalent', 'no detectable difference']),
});

const bestRow = z.strictObject({
  metric: z.string(),
  design: z.string(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  n: count,
  verdict: z.enum(['best', 'possibly best', 'not best']),
});

const sloRow = z.strictObject({
  design: z.string(),
  metric: z.string(),
  wanted: z.string(),
  got: z.number().nullable(),
  met: z.boolean(),
  budgetUsed: z.number().exactOptional(),
  worstBurn: z.array(z.strictObject({ windowUs: z.number(), rate: z.number() })).exactOptional(),
});

const since = z.strictObject({
  scenario: z.enum(['same', 'another']),
  isSameRuns: z.boolean(),
  added: z.array(z.string()),
  gone: z.array(z.string()),
  claims: z.array(
    z.strictObject({ design: z.string(), claim: z.string(), was: z.string(), is: z.string() }),
  ),
  metrics: z.array(
    z.strictObject({
      design: z.string(),
      metric: z.string(),
      was: z.number(),
      is: z.number(),
      low: z.number(),
      high: z.number(),
      verdict: z.enum(['better', 'worse', 'higher', 'lower', 'within noise']),
    }),
  ),
});

/** Strict: a key that is not part of the document is refused, wherever it stands. */
export const documentSchema = z.strictObject({
  apiVersion: z.literal('seaworthy/report/v1'),
  scenario: z.strictObject({
    name: z.string(),
    hash: z.string(),
    text: z.string(),
    why: z.string(),
  }),
  designs: z.array(designReport),
  comparisons: z.array(comparison),
  best: z.array(bestRow),
  phases: z.array(phaseDiagram).exactOptional(),
  datasheets: z.array(datasheet).exactOptional(),
  slo: z.array(sloRow),
  inputs: z.array(z.strictObject({ file: z.string(), line: count, problem: z.string() })),
  stories: z.array(spaceTimeSchema).exactOptional(),
  storiesLeftOut: count.exactOptional(),
  command: z.string(),
  since: since.exactOptional(),
  stopped: z
    .strictObject({
      by: z.enum(['interrupt', 'time-budget', 'bail', 'until-width', 'missing shards']),
      done: count,
      asked: count,
    })
    .exactOptional(),
}) satisfies z.ZodType<ReportDocument>;

/**
 * Reads the text of a `report.json`. Fails with every problem found, each with its path inside the
 * document; text that is not JSON is one problem with its line and column where the parser tells
 * them.
 */
export const readDocument = (text: string): Outcome<ReportDocument, Problem[]> =>
  readAs(documentSchema, text);

/** Reads datasheets that stand alone. */
export const readDatasheets = (text: string): Outcome<Datasheet[], Problem[]> =>
  readAs(z.array(datasheet), text);

function readAs<T>(schema: z.ZodType<T>, text: string): Outcome<T, Problem[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed([notJson(text, error instanceof Error ? error.message : String(error))]);
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : failed(parsed.error.issues.flatMap(asProblems));
}

/** The bytes of `report.json`: sorted keys, one space of indentation, a newline at the end. */
export const reportJson = (document: ReportDocument): string => `${stableJson(document, 1)}\n`;

/** JSON Schema (draft 7) of `report.json`. */
export function documentJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(documentSchema, { target: 'draft-7' });
  return { ...schema, title: 'Seaworthy report' };
}

/**
 * The parser's message holds an offset on some versions of the platform; lines are counted here.
 */
function notJson(text: string, message: string): Problem {
  const problem = `not JSON: ${message.split('\n')[0]}`;
  const offset = /at position (\d+)/.exec(message)?.[1];
  if (offset === undefined) return { path: '', problem };
  const before = text.slice(0, Number(offset)).split('\n');
  return {
    path: '',
    problem,
    line: before.length,
    column: (before[before.length - 1] as string).length + 1,
  };
}

function asProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      problem: 'is not part of a report document',
      hint: 'remove the key, or read it with the version that wrote it',
    }));
  }
  const hint = path[0] === 'apiVersion' ? { hint: 'this version reads "seaworthy/report/v1"' } : {};
  return [{ path: path.join('.'), problem: issue.message, ...hint }];
}

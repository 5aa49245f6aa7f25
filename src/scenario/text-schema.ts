/**
 * The text form of a scenario as zod sees it: strict keys, units in values, and a default for
 * everything that has a sensible one. What comes out has the program's units; `schema.ts` gives it
 * the program's shape. The workload has a file of its own, `work-schema.ts`. Descriptions end up in
 * the JSON Schema that editors show.
 */
import { z } from 'zod';
import { findFault } from '../faults/faults.ts';
import { AIMED_ROLES, ANCHORS, FAULT_KINDS, ROLES_AT_MOMENT, SHARES } from '../faults/plan.ts';
import { HEALS } from './scenario.ts';
import { parseSelection } from './selection.ts';
import { count, DAY_US, fraction, HOUR_US, instant, share, span, word } from './text-scalars.ts';
import { workload } from './work-schema.ts';

const cluster = z
  .strictObject({
    members: count('Scheduler members, where the design has more than one.', 1, 101).prefault(3),
    workers: count('Machines that run job bodies.', 1, 10_000).prefault(4),
    slots: count('Attempts that a worker runs at a time.', 1, 10_000).prefault(4),
    cpu: count(
      'Every processor is so many times slower than the one whose costs are known.',
      1,
      1_000,
    ).optional(),
    resources: z
      .strictObject({
        cpu: count('Thousandths of a core.', 1, 1_000_000_000),
        memory: count('Megabytes.', 1, 1_000_000_000),
      })
      .optional()
      .describe('What every worker has for jobs besides slots; left out, nobody counts.'),
    beat: span('How often a worker beats.', { min: 1_000 }).prefault('2s'),
    startsAt: instant('True UTC time at which the run starts.').prefault('2025-03-03T08:00:00Z'),
    latency: z
      .strictObject({
        min: span('Least one-way latency between machines.').prefault('300us'),
        max: span('Most one-way latency; drawn evenly in between.').prefault('2ms'),
      })
      .refine((l) => l.min <= l.max, 'min is above max')
      .prefault({})
      .describe('One-way latency of the network.'),
    clockRate: share('Every oscillator is off by up to this, drawn per machine, either way.', {
      max: 500_000,
    }).prefault('50ppm'),
    wallError: span('Every wall clock is off by up to this at the start, either way.').prefault(
      '20ms',
    ),
    ntp: z
      .strictObject({
        poll: span('How often a machine asks its time servers.', {
          min: 1_000_000,
          max: DAY_US,
        }).prefault('64s'),
        error: span('What it measures is off by up to this.', { max: HOUR_US }).prefault('2ms'),
      })
      .optional()
      .describe('Every machine runs a time daemon; without this none does.'),
  })
  .prefault({})
  .describe('Machines, network and clocks.');

const target = z
  .union([
    z.enum(ROLES_AT_MOMENT),
    z
      .strictObject({
        name: word('The name of a machine.').optional(),
        role: z.enum([...AIMED_ROLES, 'any']).optional(),
        index: count('Counts machines of the role, from 0.', 0, 1_000_000).optional(),
        share: z.enum(SHARES).describe('So many machines of the role, drawn.').optional(),
        rack: count('A third of schedulers, stores and workers.', 0, 1_000_000).optional(),
      })
      .refine(
        ({ name, role, rack }) => [name, role, rack].filter((x) => x !== undefined).length === 1,
        'needs a name, a role or a rack',
      )
      .refine(
        ({ role, index, share }) =>
          role !== undefined || (index === undefined && share === undefined),
        'has an index or a share without a role',
      )
      .refine(
        ({ index, share }) => index === undefined || share === undefined,
        'has both an index and a share',
      )
      .refine(({ role, share }) => role !== 'any' || share !== undefined, 'needs a share of any'),
  ])
  .describe(
    `Whom it hits: ${ROLES_AT_MOMENT.join(', ')}, {role, index}, {role, share}, {rack} or {name}.`,
  );

const fault = z
  .strictObject({
    id: word('Unique among the faults; f1, f2, … by position when left out.').optional(),
    kind: z.enum(FAULT_KINDS).describe('What happens; `seaworthy list faults` explains them.'),
    target,
    peer: target.optional(),
    at: span('Begins at this time of the run.').optional(),
    after: z
      .strictObject({
        fact: z.enum(ANCHORS),
        nth: count('The first, second, … such fact of the run.', 1, 1_000_000_000).prefault(1),
        delay: span('Begins this long after it.').prefault('0s'),
      })
      .optional()
      .describe('Instead of at: begins after a fact of the run.'),
    for: span('How long it lasts; a crashed machine restarts after this.').optional(),
    params: z
      .record(z.string(), z.union([z.number(), z.string()]))
      .prefault({})
      .describe('Numbers of the kind, such as {loss: 20%} or {delay: 200ms}.'),
  })
  .superRefine((entry, ctx) => {
    const refuse = (message: string, key?: string) =>
      ctx.addIssue({ code: 'custom', message, path: key === undefined ? [] : [key], input: entry });
    if (entry.at === undefined && entry.after === undefined) refuse('needs at or after');
    if (entry.at !== undefined && entry.after !== undefined) refuse('has at as well', 'after');
    if (entry.for === undefined && findFault(entry.kind)?.lasts !== true)
      refuse("needs 'for', how long it lasts");
  });

/** Faults that are given, in a scenario or in a file of their own. */
export const faultList = z.array(fault).max(100_000);

const faults = z
  .union([
    z.strictObject({
      profile: z.string().describe('A kind of storm; `seaworthy list profiles` names them.'),
      intensity: fraction('Multiplies how many faults are drawn.', 0, 100).prefault(1),
    }),
    faultList,
  ])
  .prefault({ profile: 'calm' })
  .describe('Drawn from a profile and the seed, or a list of given faults.');

const selection = z.string().superRefine((text, ctx) => {
  const parsed = parseSelection(text);
  if (parsed.kind === 'ok') return;
  for (const { problem, hint } of parsed.error) {
    ctx.addIssue({ code: 'custom', message: problem, params: { hint }, input: text });
  }
});

export const scenarioText = z
  .strictObject({
    apiVersion: z.literal('seaworthy/v1').describe('The version of this format.'),
    name: z
      .string()
      .max(64)
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'may hold small letters, digits and "-"')
      .describe('Names the folder of the result.'),
    why: z.string().min(1).max(4_000).describe('A sentence: why this scenario exists.'),
    design: selection.optional().describe('A selection, such as lease:client-go+fencing=off.'),
    designs: z.array(selection).min(1).max(100).optional().describe('Several, to compare.'),
    seeds: count('How many seeds when the command line does not say.', 1, 1_000_000).prefault(10),
    cluster,
    workload,
    faults,
    phases: z
      .strictObject({
        warmUp: span('Calm before the faults.', { max: DAY_US }).prefault('10s'),
        chaos: span('How long faults may begin.', { max: 30 * DAY_US }).prefault('60s'),
        heal: z
          .enum(HEALS)
          .prefault('total')
          .describe('All of the cluster, a core that is enough (the rest stays frozen), or drawn.'),
      })
      .prefault({})
      .describe('After chaos come heal, quiescence and audit, as long as the design needs.'),
    claims: z
      .strictObject({
        epsilon: span('Tolerance for timeliness.', { max: HOUR_US }).prefault('1s'),
        only: z.array(z.string()).max(100).prefault([]).describe('Judge only these; empty: all.'),
      })
      .prefault({}),
    slo: z
      .record(z.string(), z.string().regex(/^(>=|<=)\s*-?\d+(\.\d+)?(e[+-]?\d+)?$/))
      .prefault({})
      .describe('Thresholds on means over seeds, such as apiSuccess: ">= 0.95".'),
    breaks: z
      .record(z.string(), z.array(z.string()).min(1).max(100))
      .prefault({})
      .describe('Designs known to fail here, with the claims or thresholds that break.'),
  })
  .refine((s) => s.design === undefined || s.designs === undefined, {
    message: 'has design as well as designs',
    path: ['designs'],
  });

export type ScenarioText = z.output<typeof scenarioText>;
export type FaultText = z.output<typeof fault>;
export type TargetText = z.output<typeof target>;

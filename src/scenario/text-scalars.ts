/**
 * The scalars of a scenario's text as zod takes them: read by `values.ts`, described for editors.
 */
import { z } from 'zod';
import { nearest } from './nearest.ts';
import {
  type Bounds,
  type Reading,
  readDuration,
  readInstant,
  readRate,
  readShare,
  shown,
} from './values.ts';

/** A YAML scalar that one of the readers of `values.ts` understands. */
const scalar = (
  read: (value: unknown) => Reading,
  description: string,
  meta: { readonly pattern: string; readonly examples: readonly string[] },
) =>
  z
    .unknown()
    .transform((value, ctx): number => {
      const reading = read(value);
      if ('value' in reading) return reading.value;
      ctx.addIssue({
        code: 'custom',
        message: value === undefined ? 'is missing' : reading.problem,
        params: { hint: reading.hint },
        input: value,
      });
      return z.NEVER;
    })
    .meta({ type: 'string', description, pattern: meta.pattern, examples: [...meta.examples] });

const SPAN = {
  pattern: '^-?(0|(\\d+(\\.\\d+)?(us|ms|min|s|m|h|d))+)$',
  examples: ['250ms', '30s'],
};
const SHARE = { pattern: '^[+-]?\\d+(\\.\\d+)?(%|ppm)$', examples: ['5%', '200ppm'] };
const RATE = { pattern: '^\\d+(\\.\\d+)?(e[+-]?\\d+)?/(s|m|min|h|d)$', examples: ['4/s', '30/m'] };
const INSTANT = { pattern: '^\\d{4}-\\d\\d-\\d\\dT.*Z$', examples: ['2025-03-30T00:00:00Z'] };

export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;
/** Nothing in a run lasts longer than this, and virtual time stays far from losing precision. */
export const LONGEST_US = 366 * DAY_US;

export const span = (description: string, bounds: Bounds = { max: LONGEST_US }) =>
  scalar((value) => readDuration(value, { max: LONGEST_US, ...bounds }), description, SPAN);
export const share = (description: string, bounds?: Bounds) =>
  scalar((value) => readShare(value, bounds), description, SHARE);
export const rate = (description: string, bounds: Bounds) =>
  scalar((value) => readRate(value, bounds), description, RATE);

export const count = (description: string, min: number, max: number) =>
  z.int().min(min).max(max).describe(description);
export const fraction = (description: string, min: number, max: number) =>
  z.number().min(min).max(max).describe(description);
export const word = (description: string) =>
  z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'may hold letters, digits, ".", "_" and "-"')
    .describe(description);
export const path = (description: string) => z.string().min(1).max(1_024).describe(description);

export const zone = z
  .string()
  .superRefine((name, ctx) => {
    if (isZone(name)) return;
    const hint = nearest(name, Intl.supportedValuesOf('timeZone'));
    const meant = hint === undefined ? 'such as Europe/Berlin' : `did you mean '${hint}'?`;
    const message = `${shown(name)} is not a time zone of the zone database`;
    ctx.addIssue({ code: 'custom', message, params: { hint: meant }, input: name });
  })
  .describe('An IANA time zone, such as Europe/Berlin.');
export const gap = z
  .enum(['skip', 'run-at-end'])
  .describe('A local time that does not exist: no run, or one run at the end of the gap.');
export const overlap = z
  .enum(['first', 'both'])
  .describe('A local time that exists twice: the first only, or both.');

/** The platform knows the zone: an unknown name makes the formatter throw. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name.length > 0 && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

export const instant = (description: string) => scalar(readInstant, description, INSTANT);

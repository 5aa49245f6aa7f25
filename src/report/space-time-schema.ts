/** The text form of a space-time diagram, as part of a report document. */
import { z } from 'zod';
import type { SpaceTime } from './space-time.ts';

const count = z.int().nonnegative();
const timeUs = z.number().nonnegative();
const ownTime = z.strictObject({ fromUs: z.number(), untilUs: z.number() });

const machine = z.strictObject({
  name: z.string(),
  role: z.enum(['scheduler', 'store', 'worker', 'client', 'ledger', 'auditor']),
});

const message = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  sentUs: timeUs,
  receivedUs: timeUs.nullable(),
  kind: z.string(),
  label: z.string(),
  lost: z.string().nullable(),
  job: z.string().exactOptional(),
});

const band = z.strictObject({
  machine: z.string(),
  kind: z.enum(['leader', 'primary', 'lease', 'down', 'paused', 'clock', 'fault']),
  fromUs: timeUs,
  untilUs: timeUs,
  label: z.string(),
  monotonic: ownTime.exactOptional(),
  wall: ownTime.exactOptional(),
});

const job = z.strictObject({
  job: z.string(),
  machine: z.string(),
  fromUs: timeUs,
  untilUs: timeUs.nullable(),
  how: z.string(),
});

const event = z.strictObject({
  id: z.string(),
  atUs: timeUs,
  machine: z.string().nullable(),
  text: z.string(),
  job: z.string().exactOptional(),
  messages: z.array(z.string()),
  after: z.array(z.string()),
  isVerdict: z.boolean(),
  monotonicUs: z.number().exactOptional(),
  wallUs: z.number().exactOptional(),
});

const leftOut = z.strictObject({ events: count, messages: count });

export const spaceTimeSchema = z.strictObject({
  design: z.string(),
  claim: z.string(),
  promised: z.boolean(),
  seed: z.string(),
  summary: z.string(),
  atUs: timeUs,
  isShrunk: z.boolean(),
  replay: z.string(),
  machines: z.array(machine),
  messages: z.array(message),
  bands: z.array(band),
  jobs: z.array(job),
  events: z.array(event),
  left: z.strictObject({ before: leftOut, between: leftOut, after: leftOut }),
  story: z.array(z.string()),
}) satisfies z.ZodType<SpaceTime>;

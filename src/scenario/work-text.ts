import { wallUs } from '../lib/units.ts';
import type { MisfirePolicy, Timing } from '../scheduler/api.ts';
import type { QueueDemand } from '../workload/demand.ts';
import type { ScheduleEntry, Workload } from './scenario.ts';
import type { ScenarioText } from './text-schema.ts';

type WorkText = ScenarioText['workload'];

/** The workload as its text says; what the text leaves out without a default is absent. */
export function workloadFrom(text: WorkText): Workload {
  const misfire = misfireFrom(text.misfire);
  return {
    clients: text.clients,
    arrivals: { kind: text.arrivals.kind, perSecond: text.arrivals.rate },
    delayedPpm: text.delayed.share,
    delayUsMax: text.delayed.max,
    ...given('instantPpm', text.delayed.at),
    ...given('runNowPpm', text.delayed.runNow),
    statusPpm: text.status,
    cancelPpm: text.cancel,
    ...given('retriesPpm', text.retries),
    ...given('hostilePpm', text.hostile),
    runUsMean: text.run,
    failPpm: text.fail,
    ...given('silentPpm', text.silent),
    ...given('zombiePpm', text.zombie),
    ...given('heartbeatUs', text.heartbeat),
    ...given('retainUs', text.retain),
    ...given('priorities', text.priorities),
    ...given('queues', text.queues?.map(queueFrom)),
    ...given(
      'tags',
      text.tags?.map(({ share, ...tag }) => ({ ...tag, sharePpm: share })),
    ),
    ...keysAndFamilies(text),
    ...roomFrom(text),
    sinks: text.sinks,
    delivery: text.delivery,
    retry: {
      maxAttempts: text.retry.attempts,
      backoff: text.retry.backoff,
      baseUs: text.retry.base,
      maxUs: text.retry.max,
      ...given('jitterPpm', text.retry.jitter),
    },
    timeoutUs: text.timeout,
    clientTimeoutUs: text.clientTimeout,
    schedules: text.schedules.map((entry) => scheduleFrom(entry, misfire)),
    misfire,
    ...filesFrom(text),
  };
}

/** A key with its value, or no key. */
const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };

function misfireFrom({ late, window, catchUp, spacing }: WorkText['misfire']): MisfirePolicy {
  return { late, windowUs: window, catchUpMax: catchUp, ...spacingFrom(spacing) };
}

/** None is none, however it is written. */
const spacingFrom = (us: number | undefined) => given('spacingUs', us === 0 ? undefined : us);

function queueFrom(text: NonNullable<WorkText['queues']>[number]): QueueDemand {
  const { name, share, keys, concurrency, perKey, rate, burst } = text;
  return {
    name,
    sharePpm: share,
    ...given('keys', keys),
    ...given('concurrency', concurrency),
    ...given('perKey', perKey),
    ...(rate === undefined
      ? {}
      : { rate: { perSecond: rate, burst: burst ?? Math.max(1, Math.round(rate)) } }),
  };
}

function keysAndFamilies({ unique, families, edits }: WorkText) {
  return {
    ...(unique === undefined ? {} : { unique: { sharePpm: unique.share, keys: unique.keys } }),
    ...(families === undefined
      ? {}
      : {
          families: {
            sharePpm: families.share,
            children: families.children,
            depth: families.depth,
            onFailed: families.onFailed,
          },
        }),
    ...(edits === undefined
      ? {}
      : {
          edits: {
            sharePpm: edits.share,
            each: edits.each,
            kinds: edits.kinds,
            forUsMax: edits.for,
          },
        }),
  };
}

function roomFrom({ resources, gangs }: WorkText): Pick<Workload, 'resources' | 'gangs'> {
  return {
    ...given(
      'resources',
      resources?.map(({ share, ...room }) => ({ ...room, sharePpm: share })),
    ),
    ...given('gangs', gangs && { sharePpm: gangs.share, parts: gangs.parts }),
  };
}

function filesFrom(text: WorkText): Pick<Workload, 'crontab' | 'trace'> {
  const crontab = typeof text.crontab === 'string' ? { file: text.crontab } : text.crontab;
  const trace = typeof text.trace === 'string' ? { file: text.trace } : text.trace;
  return {
    ...(crontab === undefined ? {} : { crontab: { ...CRON_DEFAULTS, ...crontab } }),
    ...(trace === undefined
      ? {}
      : {
          trace: {
            file: trace.file,
            timeScale: 'timeScale' in trace ? trace.timeScale : 1,
            sizeScale: 'sizeScale' in trace ? trace.sizeScale : 1,
            jobsMax: 'jobs' in trace ? trace.jobs : TRACE_JOBS_MAX,
          },
        }),
  };
}

const CRON_DEFAULTS = { zone: 'UTC', gap: 'run-at-end', overlap: 'first' } as const;
const TRACE_JOBS_MAX = 1_000;

function scheduleFrom(entry: WorkText['schedules'][number], misfire: MisfirePolicy): ScheduleEntry {
  const own = entry.misfire;
  return {
    name: entry.name,
    timing: timingFrom(entry),
    ...given('overlap', entry.concurrencyPolicy),
    ...given('bufferMax', entry.bufferMax),
    ...given('jitterUs', entry.jitter),
    ...given('startUs', entry.start === undefined ? undefined : wallUs(entry.start)),
    ...given('endUs', entry.end === undefined ? undefined : wallUs(entry.end)),
    ...(own === undefined
      ? {}
      : {
          misfire: {
            late: own.late ?? misfire.late,
            windowUs: own.window ?? misfire.windowUs,
            catchUpMax: own.catchUp ?? misfire.catchUpMax,
            ...spacingFrom(own.spacing ?? misfire.spacingUs),
          },
        }),
  };
}

function timingFrom(entry: WorkText['schedules'][number]): Timing {
  if (entry.every !== undefined) {
    return { kind: 'interval', everyUs: entry.every, anchorUs: wallUs(entry.from ?? 0) };
  }
  return {
    kind: 'cron',
    expression: entry.cron ?? '',
    zone: entry.zone ?? CRON_DEFAULTS.zone,
    gap: entry.gap ?? CRON_DEFAULTS.gap,
    overlap: entry.overlap ?? CRON_DEFAULTS.overlap,
  };
}

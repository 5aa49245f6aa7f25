import type { MisfirePolicy } from '../scheduler/api.ts';
import type { QueueDemand } from '../workload/demand.ts';
import type { ScheduleEntry, Workload } from './scenario.ts';
import { formatInstant, formatRate, formatShare, formatSpan } from './values.ts';

/** The workload as data for its text; what it does not have is not printed. */
export function workloadData(workload: Workload): unknown {
  const { retry, misfire } = workload;
  return {
    clients: workload.clients,
    arrivals: { kind: workload.arrivals.kind, rate: formatRate(workload.arrivals.perSecond) },
    delayed: {
      share: formatShare(workload.delayedPpm),
      max: formatSpan(workload.delayUsMax),
      ...given('at', workload.instantPpm, formatShare),
      ...given('runNow', workload.runNowPpm, formatShare),
    },
    status: formatShare(workload.statusPpm),
    cancel: formatShare(workload.cancelPpm),
    ...given('retries', workload.retriesPpm, formatShare),
    ...given('hostile', workload.hostilePpm, formatShare),
    run: formatSpan(workload.runUsMean),
    fail: formatShare(workload.failPpm),
    ...given('silent', workload.silentPpm, formatShare),
    ...given('zombie', workload.zombiePpm, formatShare),
    ...given('heartbeat', workload.heartbeatUs, formatSpan),
    ...given('retain', workload.retainUs, formatSpan),
    ...jobsData(workload),
    sinks: workload.sinks,
    delivery: workload.delivery,
    retry: {
      attempts: retry.maxAttempts,
      backoff: retry.backoff,
      base: formatSpan(retry.baseUs),
      max: formatSpan(retry.maxUs),
      ...given('jitter', retry.jitterPpm, formatShare),
    },
    timeout: formatSpan(workload.timeoutUs),
    clientTimeout: formatSpan(workload.clientTimeoutUs),
    schedules: workload.schedules.map((entry) => scheduleData(entry, misfire)),
    misfire: misfireData(misfire),
    ...given('edits', workload.edits, ({ sharePpm, each, kinds, forUsMax }) => ({
      share: formatShare(sharePpm),
      each,
      kinds,
      for: formatSpan(forUsMax),
    })),
    ...filesData(workload),
  };
}

/** A key with its value printed, or no key. */
function given<V>(key: string, value: V | undefined, print: (value: V) => unknown): object {
  return value === undefined ? {} : { [key]: print(value) };
}

const asIs = (value: unknown): unknown => value;

function jobsData(workload: Workload): object {
  const { priorities, queues, tags, unique, families, resources, gangs } = workload;
  return {
    ...given('priorities', priorities, asIs),
    ...given('queues', queues, (all) => all.map(queueData)),
    ...given('tags', tags, (all) =>
      all.map(({ tag, sharePpm, workers }) => ({ tag, share: formatShare(sharePpm), workers })),
    ),
    ...given('unique', unique, ({ sharePpm, keys }) => ({ share: formatShare(sharePpm), keys })),
    ...given('families', families, ({ sharePpm, ...rest }) => {
      return { share: formatShare(sharePpm), ...rest };
    }),
    ...given('resources', resources, (all) =>
      all.map(({ sharePpm, cpu, memory }) => ({ share: formatShare(sharePpm), cpu, memory })),
    ),
    ...given('gangs', gangs, ({ sharePpm, parts }) => ({ share: formatShare(sharePpm), parts })),
  };
}

function queueData({ name, sharePpm, keys, concurrency, perKey, rate }: QueueDemand): unknown {
  return {
    name,
    share: formatShare(sharePpm),
    ...given('keys', keys, asIs),
    ...given('concurrency', concurrency, asIs),
    ...given('perKey', perKey, asIs),
    ...given('rate', rate?.perSecond, formatRate),
    ...given('burst', rate?.burst, asIs),
  };
}

function misfireData({ late, windowUs, catchUpMax, spacingUs }: MisfirePolicy): unknown {
  return {
    late,
    window: formatSpan(windowUs),
    catchUp: catchUpMax,
    ...given('spacing', spacingUs, formatSpan),
  };
}

function filesData({ crontab, trace }: Workload): object {
  return {
    ...given('crontab', crontab, ({ file, zone, gap, overlap }) => ({ file, zone, gap, overlap })),
    ...given('trace', trace, ({ file, timeScale, sizeScale, jobsMax }) => {
      return { file, timeScale, sizeScale, jobs: jobsMax };
    }),
  };
}

function scheduleData(entry: ScheduleEntry, general: MisfirePolicy): unknown {
  const { name, timing } = entry;
  const rest = {
    ...given('concurrencyPolicy', entry.overlap, asIs),
    ...given('bufferMax', entry.bufferMax, asIs),
    ...given('jitter', entry.jitterUs, formatSpan),
    ...given('start', entry.startUs, formatInstant),
    ...given('end', entry.endUs, formatInstant),
    ...given('misfire', entry.misfire, (own) =>
      // Without spacing it would have that of the workload.
      misfireData(general.spacingUs === undefined ? own : { spacingUs: 0, ...own }),
    ),
  };
  if (timing.kind === 'interval') {
    const { everyUs, anchorUs } = timing;
    return { name, every: formatSpan(everyUs), from: formatInstant(anchorUs), ...rest };
  }
  const { expression, zone, gap, overlap } = timing;
  return { name, cron: expression, zone, gap, overlap, ...rest };
}

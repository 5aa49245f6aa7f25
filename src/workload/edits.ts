/**
 * Edits of schedules and queues, drawn by name: paused and resumed, put with another timing,
 * deleted and put again, triggered. Each name is one client's, which asks for its edits one after
 * another, with rising revisions. Every edit that stops something is taken back, so that in the end
 * all schedules and queues are active.
 */
import { assert } from '../lib/assert.ts';
import { chancePpm, hashedRandom, pick, type Random } from '../lib/random.ts';
import { MS, SECOND, wallUs } from '../lib/units.ts';
import type { ApiRequest, ScheduleSpec, Timing } from '../scheduler/api.ts';
import { CRON_TEXT_MAX, parseCron } from '../scheduler/schedule/cron.ts';
import { type EditDemand, limitsOf } from './demand.ts';
import type { NamedSchedule, PlannedOp, PlanOptions } from './workload.ts';

/** Puts every queue that the workload has limits for, before anything else is asked. */
export function planQueues({ workload, startUs }: PlanOptions, ops: PlannedOp[]): void {
  (workload.queues ?? []).forEach((queue, index) => {
    const { name } = queue;
    ops.push({
      atUs: startUs,
      client: index % workload.clients,
      request: { kind: 'put-queue', queue: name, spec: limitsOf(queue), revision: 1 },
      lane: queueLane(name),
    });
  });
}

const queueLane = (name: string): string => `queue ${name}`;

/** Schedules are put one after another, so that many of them do not overflow a queue. */
const PUT_SPACING_US = MS;

/** Puts every schedule as it is written. */
export function planSchedules(options: PlanOptions, ops: PlannedOp[]): void {
  const { workload, schedules, startUs, endUs, startWallUs } = options;
  schedules.forEach(({ name, spec }, index) => {
    assert(
      spec.endUs > startWallUs + startUs,
      () => `schedule ${name} ends at ${spec.endUs}, before it can be put`,
    );
    const atUs = Math.max(startUs, Math.min(startUs + index * PUT_SPACING_US, endUs - 1));
    const request: ApiRequest = { kind: 'put-schedule', schedule: name, spec };
    ops.push({ atUs, client: index % workload.clients, request, lane: scheduleLane(name) });
  });
}

/** Edits of a schedule are asked one after another. */
export const scheduleLane = (name: string): string => `schedule ${name}`;

/** Adds the edits of the storm. */
export function planEdits(options: PlanOptions, seed: string, ops: PlannedOp[]): void {
  const { workload, storm, schedules } = options;
  const { edits, clients, queues = [], statusPpm } = workload;
  if (edits === undefined || storm === undefined || storm.untilUs <= storm.fromUs) return;
  const isDrawn = (what: string, name: string): boolean =>
    chancePpm(hashedRandom(seed, what, name, 'edited'), edits.sharePpm);
  schedules.forEach((schedule, index) => {
    if (!isDrawn('schedule', schedule.name)) return;
    const editor = new Editor(ops, index % clients, scheduleLane(schedule.name));
    editSchedule(editor, schedule, { edits, storm, seed, statusPpm });
  });
  if (!edits.kinds.includes('pause')) return;
  queues.forEach(({ name: queue }, index) => {
    if (!isDrawn('queue', queue)) return;
    const editor = new Editor(ops, index % clients, queueLane(queue));
    for (const part of partsOf(storm, edits, (k) => hashedRandom(seed, 'queue', queue, k))) {
      const edit = { kind: 'edit-queue', queue } as const;
      editor.edit(part.atUs, (revision) => ({ ...edit, edit: 'pause', revision }));
      editor.edit(part.backUs, (revision) => ({ ...edit, edit: 'resume', revision }));
    }
  });
}

/** Numbers the edits of one name. */
class Editor {
  readonly #ops: PlannedOp[];
  readonly #client: number;
  readonly #lane: string;
  /** The first put has 1. */
  #revision = 1;

  constructor(ops: PlannedOp[], client: number, lane: string) {
    this.#ops = ops;
    this.#client = client;
    this.#lane = lane;
  }

  edit(atUs: number, request: (revision: number) => ApiRequest): void {
    this.#revision++;
    const lane = this.#lane;
    this.#ops.push({ atUs, client: this.#client, request: request(this.#revision), lane });
  }

  /** Besides the edits: it waits for none of them. */
  ask(atUs: number, request: ApiRequest): void {
    this.#ops.push({ atUs, client: this.#client, request });
  }
}

/** The time of one edit, and when it is taken back. */
interface Part {
  readonly atUs: number;
  readonly backUs: number;
  readonly random: Random;
}

/** The storm in equal parts, an edit in each: so one is over before the next begins. */
function* partsOf(
  storm: NonNullable<PlanOptions['storm']>,
  { each, forUsMax }: EditDemand,
  randomOf: (part: number) => Random,
): Iterable<Part> {
  const partUs = (storm.untilUs - storm.fromUs) / each;
  for (let part = 0; part < each; part++) {
    const random = randomOf(part);
    const fromUs = storm.fromUs + part * partUs;
    const atUs = Math.floor(fromUs + (random.float() * partUs) / 2);
    const leftUs = Math.floor(fromUs + partUs) - atUs;
    const backUs = atUs + Math.min(leftUs, 1 + Math.floor(random.float() * forUsMax));
    yield { atUs, backUs, random };
  }
}

interface ScheduleEdits {
  readonly edits: EditDemand;
  readonly storm: NonNullable<PlanOptions['storm']>;
  readonly seed: string;
  readonly statusPpm: number;
}

function editSchedule(editor: Editor, { name, spec }: NamedSchedule, how: ScheduleEdits): void {
  const { edits, storm, seed, statusPpm } = how;
  const change = { kind: 'edit-schedule', schedule: name } as const;
  const put = (as: ScheduleSpec) => (revision: number) =>
    ({ kind: 'put-schedule', schedule: name, spec: as, revision }) as const;
  let current = spec;
  let triggered = 0;
  for (const part of partsOf(storm, edits, (k) => hashedRandom(seed, 'schedule', name, k))) {
    const { atUs, backUs, random } = part;
    switch (pick(random, edits.kinds)) {
      case 'pause':
        editor.edit(atUs, (revision) => ({ ...change, edit: 'pause', revision }));
        editor.edit(backUs, (revision) => ({ ...change, edit: 'resume', revision }));
        break;
      case 'change':
        current = { ...spec, timing: changedTiming(spec.timing, random) };
        editor.edit(atUs, put(current));
        break;
      case 'delete':
        editor.edit(atUs, (revision) => ({ ...change, edit: 'delete', revision }));
        editor.edit(backUs, put(current));
        break;
      case 'trigger': {
        const job = `trigger-${name}-${++triggered}`;
        editor.ask(atUs, { kind: 'trigger', schedule: name, job });
      }
    }
    if (!chancePpm(random, statusPpm)) continue;
    const askUs = atUs + ASK_AFTER_US + Math.floor(random.float() * ASK_WITHIN_US);
    editor.ask(askUs, { kind: 'schedule-status', schedule: name });
  }
}

const ASK_AFTER_US = 50 * MS;
const ASK_WITHIN_US = 2 * SECOND;

/**
 * Another timing with ticks as often, or half as often, as the schedule was written for: the load
 * of a run does not depend on what was drawn.
 */
export function changedTiming(timing: Timing, random: Random): Timing {
  const draw = 1 + random.below(59);
  if (timing.kind === 'interval') {
    const { everyUs, anchorUs } = timing;
    if (draw % 2 === 0) return { ...timing, everyUs: 2 * everyUs };
    return { ...timing, anchorUs: wallUs(anchorUs + Math.floor(everyUs / 2)) };
  }
  const expression = shifted(timing.expression, draw);
  if (expression !== undefined) return { ...timing, expression };
  return { ...timing, gap: timing.gap === 'skip' ? 'run-at-end' : 'skip' };
}

/** The same minutes at other seconds; nothing where every second counts, or none is written. */
function shifted(expression: string, bySeconds: number): string | undefined {
  const parsed = parseCron(expression);
  if (parsed.kind === 'failed' || parsed.value.text.startsWith('@')) return undefined;
  const { seconds, text } = parsed.value;
  if (seconds.length === 60) return undefined;
  const words = text.split(/[ \t]+/).slice(-5);
  const moved = seconds.map((second) => (second + bySeconds) % 60).sort((a, b) => a - b);
  const all = [moved.join(','), ...words].join(' ');
  return all.length <= CRON_TEXT_MAX ? all : undefined;
}

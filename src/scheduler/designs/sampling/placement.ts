/**
 * Which worker a task goes to, found out by asking few of them. Tasks that are due at the same
 * moment, and have the same tags, are a batch: they share their probes, so that a task is not
 * unlucky on its own.
 *
 *     early binding   probe (length) ──► answers ──► the shortest queues get a task each
 *     late binding    probe (place) ──► task-request of whoever has a slot ──► the next task
 *
 * Nothing here is kept: a member that dies leaves places behind, which workers give up.
 */
import { required } from '../../../lib/assert.ts';
import type { Random } from '../../../lib/random.ts';
import type { MonotonicUs } from '../../../lib/units.ts';
import type { JobRecord } from '../../job/job.ts';
import type { DeskOut } from '../../parts/api-desk.ts';
import type { CancelProbe, NoTask, Probe, ProbeAnswer, TaskRequest } from '../../probe-api.ts';
import type { SamplingPreset } from './presets.ts';
import type { Names, Roster } from './roster.ts';

/** Probes for the same tasks are repeated less and less often, down to this share. */
const WAITS_MAX = 8;

/** A task that was bound: by the answer to a probe, or to a request for one. */
export interface Binding {
  readonly job: string;
  readonly worker: string;
  readonly incarnation: number;
  readonly request?: number;
}

/** Whether tasks that nobody asked for are probed for once more. */
export type ProbesAgain = (waitedUs: number, preset: SamplingPreset) => boolean;

export const probesAgain: ProbesAgain = (waitedUs, { probeAgainUs }) => waitedUs >= probeAgainUs;

interface Batch {
  readonly id: string;
  readonly tags: readonly string[] | undefined;
  /** Jobs without a worker, in order of coming. */
  readonly waiting: string[];
  /** Workers that have not answered yet, with the places that they did not ask for yet. */
  readonly open: Map<string, number>;
  /** Workers that are not good for it, since they were last asked anew. */
  readonly declined: Set<string>;
  readonly answers: ProbeAnswer[];
  readonly workers: string[];
  probedUs: MonotonicUs;
  /** The wait for the next probes, as a multiple of the first. */
  waits: number;
}

export class Placement {
  readonly #preset: SamplingPreset;
  readonly #probesAgain: ProbesAgain;
  readonly #roster: Roster;
  readonly #random: Random;
  readonly #life: number;
  readonly #batches = new Map<string, Batch>();
  readonly #batchOf = new Map<string, Batch>();
  #made = 0;

  constructor(
    life: number,
    preset: SamplingPreset,
    roster: Roster,
    random: Random,
    probesAgain: ProbesAgain,
  ) {
    this.#life = life;
    this.#preset = preset;
    this.#roster = roster;
    this.#random = random;
    this.#probesAgain = probesAgain;
  }

  isPlacing(job: string): boolean {
    return this.#batchOf.has(job);
  }

  /** Looks for workers for tasks that are due at the same moment. */
  place(jobs: readonly JobRecord[], nowUs: MonotonicUs, out: DeskOut): void {
    const { policy } = this.#preset;
    if (policy === 'random' || policy === 'per-task') {
      for (const job of jobs) this.#begin([job], nowUs, out);
      return;
    }
    const byTags = new Map<string, JobRecord[]>();
    for (const job of jobs) {
      const key = (job.spec.tags ?? []).join('\u0000');
      const same = byTags.get(key);
      if (same === undefined) byTags.set(key, [job]);
      else same.push(job);
    }
    for (const same of byTags.values()) this.#begin(same, nowUs, out);
  }

  #begin(jobs: readonly JobRecord[], nowUs: MonotonicUs, out: DeskOut): void {
    const tags = jobs[0]?.spec.tags;
    this.#made += 1;
    const batch: Batch = {
      id: `${this.#life}.${this.#made}`,
      tags: tags === undefined || tags.length === 0 ? undefined : tags,
      waiting: jobs.map(({ id }) => id),
      open: new Map(),
      declined: new Set(),
      answers: [],
      workers: [],
      probedUs: nowUs,
      waits: 1,
    };
    this.#batches.set(batch.id, batch);
    for (const { id } of jobs) this.#batchOf.set(id, batch);
    this.#probe(batch, batch.open, out);
  }

  get #wants(): Probe['wants'] {
    return this.#preset.policy === 'late-binding' ? 'place' : 'length';
  }

  #probe({ id: batch, tags, waiting, open }: Batch, but: Names, out: DeskOut): void {
    const ratio = this.#preset.policy === 'random' ? 1 : this.#preset.probeRatio;
    const wanted = Math.max(1, Math.ceil(ratio * waiting.length));
    const untagged = { kind: 'probe', v: 1, batch, wants: this.#wants } as const;
    const base = tags === undefined ? untagged : { tags, ...untagged };
    for (const { worker, count } of this.#roster.draw(this.#random, wanted, tags, but)) {
      open.set(worker, Math.max(count, open.get(worker) ?? 0));
      out.send<Probe>(worker, { count, ...base });
    }
  }

  /** A slot is free there: the next task of the batch, or none is left of it. */
  onRequest(from: string, asked: TaskRequest, out: DeskOut): Binding | undefined {
    const { batch: id, request, incarnation } = asked;
    const batch = this.#batches.get(id);
    const job = batch?.waiting.shift();
    if (batch === undefined || job === undefined) {
      out.send<NoTask>(from, { kind: 'no-task', v: 1, request });
      return undefined;
    }
    const left = (batch.open.get(from) ?? 0) - 1;
    if (left > 0) batch.open.set(from, left);
    else batch.open.delete(from);
    this.#bound(batch, job, out);
    return { job, worker: from, incarnation, request };
  }

  /** How long a queue is; with the last answer the tasks are bound. */
  onAnswer(from: string, answer: ProbeAnswer, out: DeskOut): readonly Binding[] {
    this.#roster.learn(from, answer.tags);
    const batch = this.#batches.get(answer.batch);
    if (batch?.open.delete(from) !== true) return [];
    if (answer.fits) {
      batch.answers.push(answer);
      batch.workers.push(from);
    } else batch.declined.add(from);
    if (batch.open.size > 0) return [];
    if (batch.answers.length > 0) return this.#bind(batch, out);
    // None of those that were asked is good for it: others are asked at once, while there are any.
    const { tags, declined } = batch;
    if (this.#roster.hasOther(tags, declined)) this.#probe(batch, declined, out);
    return [];
  }

  /** The shortest queues get a task each, and another one when every queue has one. */
  #bind(batch: Batch, out: DeskOut): readonly Binding[] {
    const order = batch.answers.map((_, at) => at);
    const lengthAt = (at: number): number => batch.answers[at]?.length ?? 0;
    order.sort((a, b) => lengthAt(a) - lengthAt(b));
    const bindings: Binding[] = [];
    for (let n = 0; batch.waiting.length > 0; n++) {
      const job = required(batch.waiting.shift(), 'a task that waits');
      const at = required(order[n % order.length], 'a queue');
      const worker = required(batch.workers[at], 'its worker');
      const { incarnation } = required(batch.answers[at], 'its answer');
      bindings.push({ job, worker, incarnation });
      this.#bound(batch, job, out);
    }
    return bindings;
  }

  #bound(batch: Batch, job: string, out: DeskOut): void {
    this.#batchOf.delete(job);
    if (batch.waiting.length === 0) this.#end(batch, out);
  }

  /** The task is not to be placed any more. */
  drop(job: string, out: DeskOut): void {
    const batch = this.#batchOf.get(job);
    if (batch === undefined) return;
    this.#batchOf.delete(job);
    batch.waiting.splice(batch.waiting.indexOf(job), 1);
    if (batch.waiting.length === 0) this.#end(batch, out);
  }

  /** Nothing is left to place: places that were taken for it are given back. */
  #end(batch: Batch, out: DeskOut): void {
    this.#batches.delete(batch.id);
    if (!this.#preset.cancels || this.#wants !== 'place') return;
    for (const worker of batch.open.keys()) {
      out.send<CancelProbe>(worker, { kind: 'cancel-probe', v: 1, batch: batch.id });
    }
  }

  /** Probes that got no answer for long are repeated, elsewhere if possible. */
  sweep(nowUs: MonotonicUs, out: DeskOut): readonly Binding[] {
    const bindings: Binding[] = [];
    for (const batch of [...this.#batches.values()]) {
      const waitedUs = (nowUs - batch.probedUs) / batch.waits;
      if (!this.#probesAgain(waitedUs, this.#preset)) continue;
      batch.probedUs = nowUs;
      batch.waits = Math.min(2 * batch.waits, WAITS_MAX);
      if (batch.answers.length > 0) bindings.push(...this.#bind(batch, out));
      else {
        batch.declined.clear();
        this.#probe(batch, batch.open, out);
      }
    }
    return bindings;
  }
}

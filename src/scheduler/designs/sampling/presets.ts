/** Numbers of real systems that sample workers, and what a member may be told to do otherwise. */
import { MS, SECOND } from '../../../lib/units.ts';

/**
 * When a task is bound to a worker.
 *
 *   random        to any worker, at once
 *   per-task      to the one with the shortest queue of `probeRatio` that were asked for it
 *   batch         the tasks of a batch of m share probeRatio * m answers: the m shortest queues
 *   late-binding  they share as many places in queues: whoever has a free slot first
 */
export type Policy = 'random' | 'per-task' | 'batch' | 'late-binding';

export const POLICIES: readonly Policy[] = ['late-binding', 'batch', 'per-task', 'random'];

export interface SamplingPreset {
  readonly name: string;
  readonly why: string;
  readonly policy: Policy;
  /** Workers asked per task. */
  readonly probeRatio: number;
  /** Places that are left when the last task has a slot are given back. */
  readonly cancels: boolean;
  /** Tasks that nobody asked for within this are probed for again; each time twice as late. */
  readonly probeAgainUs: number;
  /** Workers that were given attempts are asked what they hold this often. */
  readonly watchUs: number;
}

/**
 * Sparrow (SOSP 2013): batch sampling with late binding, two probes per task. The code that was
 * published asks 1.05 workers per task where any will do, and two where few fit; leftover places
 * are cancelled. A probe that gets lost was not thought of: frontends start over.
 */
export const SPARROW: SamplingPreset = {
  name: 'sparrow',
  why: 'late binding, 2 probes per task that the tasks of a batch share, leftovers cancelled',
  policy: 'late-binding',
  probeRatio: 2,
  cancels: true,
  probeAgainUs: 500 * MS,
  watchUs: SECOND,
};

export const SAMPLING_PRESETS: readonly SamplingPreset[] = [SPARROW];

/** The same with its durations times a factor. */
export const stretchedBy = (preset: SamplingPreset, factor: number): SamplingPreset => ({
  ...preset,
  probeAgainUs: Math.round(preset.probeAgainUs * factor),
  watchUs: Math.round(preset.watchUs * factor),
});

import type { FactOf } from '../history/fact.ts';
import type { JobBook } from './jobs.ts';
import type { Metrics, Samples } from './numbers.ts';
import { inSeconds, samplesInSeconds } from './numbers.ts';
import { quantileSorted } from './statistics.ts';
import type { TickBook } from './ticks.ts';
import type { Window } from './window.ts';

/** Waits of requests asked in the storm, until their final answer; a timeout waited that long. */
export class ApiLatency {
  readonly #window: Window;
  #waitsUs: number[] = [];

  constructor(window: Window) {
    this.#window = window;
    window.whenOpened(() => {
      this.#waitsUs = [];
    });
  }

  onAnswered({ at, askedAt }: FactOf<'answered'>): void {
    if (this.#window.contains(askedAt)) this.#waitsUs.push(at - askedAt);
  }

  get waitsUs(): readonly number[] {
    return this.#waitsUs;
  }
}

/**
 * Of accepted jobs that became ready in the storm: from ready to the first body. Arrivals are an
 * open loop, so a wait is counted from when it should have begun; a job that never began waited at
 * least until the end of the run, and leaving it out would reward losing it.
 */
export function dispatchWaitsUs(jobs: JobBook, window: Window): number[] {
  const waits: number[] = [];
  jobs.eachDispatch((readyUs, _, beganUs) => {
    if (!window.contains(readyUs) || readyUs > window.endUs) return;
    waits.push(Math.max(0, (beganUs === -1 ? window.endUs : beganUs) - readyUs));
  });
  return waits;
}

/** Of ticks due in the storm: from due to the first body, in the same way; skipped ones apart. */
export function tickWaitsUs(ticks: TickBook, window: Window): number[] {
  const waits: number[] = [];
  for (const { dueUs, beganUs, isSkipped } of ticks.due()) {
    if (!window.contains(dueUs) || (beganUs === -1 && isSkipped)) continue;
    waits.push(Math.max(0, (beganUs === -1 ? window.endUs : beganUs) - dueUs));
  }
  return waits;
}

export interface Waits {
  readonly dispatchLatency: readonly number[];
  readonly tickLag: readonly number[];
  readonly apiLatency: readonly number[];
}

const PERCENTILES = [50, 90, 99];

/**
 * dispatchLatencyP50 … apiLatencyP99 ('s'), nearest rank; and the waits themselves as samples,
 * sorted.
 */
export function latencies(waits: Waits): { readonly metrics: Metrics; readonly samples: Samples } {
  const metrics: Record<string, Metrics[string]> = {};
  const samples: Record<string, Samples[string]> = {};
  for (const [name, waitsUs] of Object.entries(waits) as [keyof Waits, readonly number[]][]) {
    Object.assign(metrics, percentilesOf(name, waitsUs));
    samples[name] = samplesInSeconds(waitsUs);
  }
  return { metrics, samples };
}

/** The percentiles that are shown, by name: `jobLatencyP50` and so on. */
export function percentilesOf(name: string, waitsUs: readonly number[]): Metrics {
  const sorted = Float64Array.from(waitsUs).sort();
  const rows = PERCENTILES.map((percent) => {
    return [`${name}P${percent}`, inSeconds(quantileSorted(sorted, percent / 100))] as const;
  });
  return Object.fromEntries(rows);
}

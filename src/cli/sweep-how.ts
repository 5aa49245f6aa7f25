/** How a sweep is to be carried out: threads, time, when to stop, and which part of it. */
import { availableParallelism } from 'node:os';
import type { StopRules } from '../explore/sweep/stop-rules.ts';
import type { Problem } from '../lib/outcome.ts';
import { parseDurationUs } from '../lib/units.ts';
import { shown } from '../scenario/values.ts';

/** As commander gives them. */
export interface HowOptions {
  readonly jobs?: string;
  readonly timeBudget?: string;
  /** `true` where no number follows. */
  readonly bail?: string | true;
  readonly shard?: string;
  /** Begin anew, whatever an earlier sweep left. */
  readonly fresh?: boolean;
}

/** Part `at` of `of`, counted from 1. */
export interface Shard {
  readonly at: number;
  readonly of: number;
}

export interface How {
  /** Threads at most; undefined: as many as the machine has processors. */
  readonly jobs: number | undefined;
  readonly timeBudgetMs: number | undefined;
  readonly rules: StopRules;
  readonly shard: Shard | undefined;
  readonly isFresh: boolean;
}

const JOBS_MAX = 256;
const COUNT_MAX = 1_000_000;
/** Timers of the platform reach no further. */
const BUDGET_MS_MAX = 2_147_483_647;

/** Reads the options, or tells everything that is wrong with them. */
export function howAsked(options: HowOptions): { how: How } | { problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const refuse = (file: string, problem: string, hint: string): undefined => {
    problems.push({ path: '', file, problem, hint });
  };
  const wholeNumber = (option: string, text: string | undefined, most: number) => {
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    return refuse(option, `${shown(text)} is not a whole number from 1 to ${most}`, 'such as 2');
  };
  const budgetUs = options.timeBudget === undefined ? 0 : parseDurationUs(options.timeBudget);
  const budgetMs = (budgetUs ?? Number.NaN) / 1_000;
  if (options.timeBudget !== undefined && !(budgetMs >= 1 && budgetMs <= BUDGET_MS_MAX)) {
    refuse('--time-budget', `${shown(options.timeBudget)} is not a time`, 'such as 90s or 5m');
  }
  const bail = options.bail === true ? 1 : wholeNumber('--bail', options.bail, COUNT_MAX);
  const shard = shardAsked(options.shard, refuse);
  if (shard !== undefined && options.bail !== undefined) {
    const hint = 'a shard does not know what the others found';
    refuse('--bail', 'stands beside --shard', hint);
  }
  const how: How = {
    jobs: wholeNumber('--jobs', options.jobs, JOBS_MAX),
    timeBudgetMs: options.timeBudget === undefined ? undefined : budgetMs,
    rules: bail === undefined ? {} : { bail },
    shard,
    isFresh: options.fresh === true,
  };
  return problems.length > 0 ? { problems } : { how };
}

function shardAsked(
  text: string | undefined,
  refuse: (file: string, problem: string, hint: string) => undefined,
): Shard | undefined {
  if (text === undefined) return undefined;
  const [, at, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const shard = { at: Number(at), of: Number(of) };
  if (shard.at >= 1 && shard.at <= shard.of) return shard;
  return refuse('--shard', `${shown(text)} is not a part of a whole`, 'such as 1/3');
}

/** The seeds of a shard: contiguous, and as many as of the others, give or take one. */
export function seedsOfShard(seeds: readonly string[], { at, of }: Shard): readonly string[] {
  const edge = (part: number): number => Math.floor((part * seeds.length) / of);
  return seeds.slice(edge(at - 1), edge(at));
}

/** To start a thread takes about as long as a few runs. */
const RUNS_PER_THREAD_MIN = 8;

/** How many threads so many runs are worth. */
export function threadsFor(runs: number, jobs: number | undefined): number {
  const most = jobs ?? availableParallelism();
  return Math.max(1, Math.min(most, Math.floor(runs / RUNS_PER_THREAD_MIN)));
}

/** How a sweep is to be carried out: processes, time, when to stop, and which part of it. */
import { availableParallelism } from 'node:os';
import type { StopRules } from '../explore/sweep/stop-rules.ts';
import type { Problem } from '../lib/outcome.ts';
import { parseDurationUs, SECOND } from '../lib/units.ts';
import { suggestion } from '../scenario/nearest.ts';
import { shown } from '../scenario/values.ts';
import { KNOWN_NAMES } from './vocabulary.ts';

/** As commander gives them. */
export interface HowOptions {
  readonly jobs?: string;
  readonly timeBudget?: string;
  /** `true` where no number follows. */
  readonly bail?: string | true;
  /** `metric=width`. */
  readonly untilWidth?: string;
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
  const untilWidth = widthAsked(options.untilWidth, refuse);
  const shard = shardAsked(options.shard, refuse);
  for (const [name, given] of [
    ['--bail', options.bail],
    ['--until-width', options.untilWidth],
  ] as const) {
    const hint = 'a shard does not know what the others found';
    if (shard !== undefined && given !== undefined) refuse(name, 'stands beside --shard', hint);
  }
  const how: How = {
    jobs: wholeNumber('--jobs', options.jobs, JOBS_MAX),
    timeBudgetMs: options.timeBudget === undefined ? undefined : budgetMs,
    rules: {
      ...(bail === undefined ? {} : { bail }),
      ...(untilWidth === undefined ? {} : { untilWidth }),
    },
    shard,
    isFresh: options.fresh === true,
  };
  return problems.length > 0 ? { problems } : { how };
}

type Refuse = (file: string, problem: string, hint: string) => undefined;

/** A width is in the metric's unit: a number, a percentage for a share, a time for seconds. */
function widthAsked(text: string | undefined, refuse: Refuse): StopRules['untilWidth'] {
  if (text === undefined) return undefined;
  const [, metric = '', value = ''] = /^([A-Za-z0-9]+)=(.+)$/.exec(text) ?? [];
  const hint = 'such as failover=500ms or tickWithin=0.5%';
  const { metrics: known = [] } = KNOWN_NAMES;
  if (!known.includes(metric)) {
    const near = suggestion(metric, known) ?? hint;
    return refuse('--until-width', `${shown(text)} is not metric=width`, near);
  }
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  const spanUs = parseDurationUs(value);
  const width =
    percent !== undefined
      ? Number(percent) / 100
      : spanUs !== undefined
        ? spanUs / SECOND
        : Number(value);
  if (width > 0 && Number.isFinite(width)) return { metric, width };
  return refuse('--until-width', `${shown(value)} is not a width`, hint);
}

function shardAsked(text: string | undefined, refuse: Refuse): Shard | undefined {
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

/** To start a process takes about as long as a few runs. */
const RUNS_PER_PROCESS_MIN = 8;

/** How many processes so many runs are worth. */
export function processesFor(runs: number, jobs: number | undefined): number {
  const most = jobs ?? availableParallelism();
  return Math.max(1, Math.min(most, Math.floor(runs / RUNS_PER_PROCESS_MIN)));
}

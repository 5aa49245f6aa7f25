/**
 * metrics: numbers, never verdicts. Folds over the facts of one run, and statistics over runs.
 *
 *   metrics.ts       one run's numbers put together (this file)
 *   numbers.ts       what a number is, and its unit
 *   window.ts        the part of a run that rates and shares speak of: the storm
 *   jobs.ts          what is known of every job, a few bytes each
 *   ticks.ts         what is known of every tick
 *   standings.ts     which version of a schedule is in force, as far as clients know
 *   availability.ts  shares: API, dispatch, ticks
 *   uptime.ts        how long the service was up for its users, and in the worst windows
 *   worst-windows.ts the least share of up time for every length of a window, exactly
 *   leadership.ts    who claimed to lead; time without a leader, and with two
 *   failover.ts      from the true moment of the fault to the first dispatch
 *   recovery.ts      the way back after the storm: first job, backlog, area lost
 *   level.ts         how many there were at every moment
 *   throughput.ts    completions, goodput, duplicates, waste
 *   responses.ts     from ready to done: latency of jobs, slowdown, fairness
 *   commits.ts       conflicts of those who decide on copies
 *   cost.ts          messages, syncs and transactions per job
 *   latency.ts       waits of jobs, ticks and requests, unfinished ones included
 *   series.ts        the course of a run over its time
 *   budget.ts        error budgets of objectives, and how fast they burn
 *   accounts.ts      what became of everything; it adds up
 *   storm.ts         the faults as they happened
 *   statistics.ts    means, quantiles, moments
 *   mean-interval.ts the interval of a mean over seeds, and the methods it was chosen from
 *   paired.ts        differences by seed: detected, equivalent, or how large they would have to be
 *   best.ts          every design against the best of the others
 *   rates.ts         shares, and events that are few or none
 *   sketch.ts        quantiles of a seed in a few hundred bytes; sketch-text.ts writes them
 *   cluster-quantile.ts  percentiles pooled over seeds
 *   censored.ts      durations that had not ended when the run did
 *   steady.ts        a warm-up deleted, and the mean of what is left
 *   sequential.ts    when to stop adding seeds
 *   normal.ts, student.ts   distributions, for intervals
 *
 * Each number is defined where it is made. Units: `ratio`, `s`, `1/s`, `count`, `times`, `job·s`. A
 * number that a run cannot have (the failover of a run without a fault on a leader) is undefined,
 * never zero.
 */
import type { FactOf, MachineRole } from '../history/fact.ts';
import { type Fold, foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor } from '../history/job-rows.ts';
import { SECOND } from '../lib/units.ts';
import { type Accounts, accountsOf } from './accounts.ts';
import { ApiAnswers, dispatchAvailability, isCounted, tickAvailability } from './availability.ts';
import { Commits } from './commits.ts';
import { Cost } from './cost.ts';
import { Failovers } from './failover.ts';
import { JobBook } from './jobs.ts';
import { ApiLatency, dispatchWaitsUs, latencies, tickWaitsUs } from './latency.ts';
import { type LeaderSpan, Leadership } from './leadership.ts';
import type { Metrics, Samples } from './numbers.ts';
import { Recovery } from './recovery.ts';
import { Responses } from './responses.ts';
import { latencySeries, runSeries, Shares, type TimeSeries } from './series.ts';
import { type FaultSpan, type KindCoverage, Storm } from './storm.ts';
import { Tally, Work } from './throughput.ts';
import { TickBook } from './ticks.ts';
import { UserUptime } from './uptime.ts';
import { Window } from './window.ts';
import type { WorstWindow } from './worst-windows.ts';

/** Everything measured in one run. */
export interface RunNumbers {
  readonly metrics: Metrics;
  readonly series: Readonly<Record<string, TimeSeries>>;
  /** The same of which a mean over runs makes no sense. */
  readonly courses: Readonly<Record<string, TimeSeries>>;
  readonly samples: Samples;
  /** By sample: values that are at least this, for the run ended first ('s', rising). */
  readonly censored: Readonly<Record<string, readonly number[]>>;
  /** User-uptime of the worst window of each length, the whole storm last. */
  readonly windows: readonly WorstWindow[];
  readonly accounts: Accounts;
  readonly leaders: readonly LeaderSpan[];
  readonly faults: readonly FaultSpan[];
  readonly coverage: readonly KindCoverage[];
  /** Every machine there was. */
  readonly machines: readonly { readonly name: string; readonly role: MachineRole }[];
}

export interface MetricsContext {
  /** A start is in time within this, ε. */
  readonly epsilonUs: number;
  /** Width of a bucket of the series; 1 s when not told. */
  readonly bucketUs?: number;
}

export interface RunMetrics {
  /** To be subscribed in this order. */
  readonly folds: readonly Fold[];
  /** Asked once, when the run is over. */
  finish(): RunNumbers;
}

export function createMetrics(context: MetricsContext): RunMetrics {
  const gauges = new Gauges(jobRowsFor(context), context.epsilonUs, context.bucketUs ?? SECOND);
  return { folds: [gauges.fold()], finish: () => gauges.finish() };
}

/** All that listens, and the order in which it does. */
class Gauges {
  readonly #epsilonUs: number;
  readonly #bucketUs: number;
  readonly #window = new Window();
  readonly #tally: Tally;
  readonly #work: Work;
  readonly #jobs: JobBook;
  readonly #responses: Responses;
  readonly #recovery = new Recovery(this.#window);
  readonly #ticks: TickBook;
  readonly #api = new ApiAnswers(this.#window);
  readonly #uptime = new UserUptime(this.#window);
  readonly #apiLatency = new ApiLatency(this.#window);
  readonly #apiShares: Shares;
  readonly #leadership = new Leadership(this.#window);
  readonly #failovers = new Failovers(this.#leadership);
  readonly #cost = new Cost();
  readonly #commits = new Commits(this.#window);
  readonly #storm = new Storm();

  constructor(rows: JobRows, epsilonUs: number, bucketUs: number) {
    this.#epsilonUs = epsilonUs;
    this.#bucketUs = bucketUs;
    this.#tally = new Tally(this.#window, bucketUs);
    this.#work = new Work(rows, this.#window);
    this.#jobs = new JobBook(rows, this.#tally);
    this.#responses = new Responses(rows, this.#jobs, this.#window);
    this.#ticks = new TickBook(this.#tally);
    this.#apiShares = new Shares(bucketUs);
  }

  fold(): Fold {
    return foldOf({
      'run-began': (fact) => {
        this.#storm.onRunBegan(fact);
        this.#jobs.onRunBegan(fact);
      },
      phase: (fact) => {
        this.#window.onPhase(fact);
        this.#storm.onPhase(fact);
      },
      asked: (fact) => {
        this.#jobs.onAsked(fact);
        this.#responses.onAsked(fact);
        this.#ticks.onAsked(fact);
      },
      answered: (fact) => this.#answered(fact),
      'body-began': (fact) => this.#began(fact),
      'body-ended': (fact) => this.#ended(fact),
      'effect-arrived': (fact) => this.#effect(fact),
      'tick-due': (fact) => {
        this.#ticks.onDue(fact);
        this.#jobs.onDue(fact);
      },
      machine: (fact) => {
        this.#failovers.onMachine(fact);
        this.#leadership.onMachine(fact);
        this.#storm.onMachine(fact);
      },
      testified: (fact) => {
        this.#failovers.onTestified(fact);
        this.#leadership.onTestified(fact);
        this.#storm.onTestified(fact);
        this.#commits.onTestified(fact);
      },
      fault: (fact) => {
        this.#storm.onFault(fact);
        this.#failovers.onFault(fact);
      },
      spent: (fact) => this.#cost.onSpent(fact),
      'audited-job': (fact) => this.#jobs.onAudited(fact),
      'audited-skip': (fact) => this.#ticks.onSkipped(fact),
      'audit-ended': (fact) => this.#window.onAuditEnded(fact),
    });
  }

  finish(): RunNumbers {
    const { endUs } = this.#window;
    const accounts = accountsOf(this.#jobs, this.#ticks);
    const uptime = this.#uptime.finish();
    const waits = latencies({
      dispatchLatency: dispatchWaitsUs(this.#jobs, this.#window),
      tickLag: tickWaitsUs(this.#ticks, this.#window),
      apiLatency: this.#apiLatency.waitsUs,
    });
    const sources = {
      jobs: this.#jobs,
      ticks: this.#ticks,
      good: this.#tally.good,
      api: this.#apiShares,
      bucketUs: this.#bucketUs,
      epsilonUs: this.#epsilonUs,
      endUs,
    };
    return {
      metrics: { ...this.#metrics(accounts), ...uptime.metrics, ...waits.metrics },
      series: runSeries(sources),
      courses: latencySeries(sources),
      samples: { ...waits.samples, ...this.#failovers.samples() },
      censored: { failover: this.#failovers.censored(endUs) },
      windows: uptime.windows,
      accounts,
      leaders: this.#leadership.spans(endUs),
      faults: this.#storm.spans(endUs),
      coverage: this.#storm.coverage(),
      machines: this.#storm.machines,
    };
  }

  #metrics(accounts: Accounts): Metrics {
    return {
      ...this.#api.metrics(),
      ...dispatchAvailability(this.#jobs, this.#window, this.#epsilonUs),
      ...tickAvailability(this.#ticks, this.#window, this.#epsilonUs, accounts.ticks),
      ...this.#leadership.metrics(),
      ...this.#failovers.metrics(),
      ...this.#tally.metrics(),
      ...this.#work.metrics(),
      ...this.#responses.metrics(),
      ...this.#recovery.metrics(this.#jobs, this.#responses),
      ...this.#cost.metrics(this.#tally.done),
      ...this.#commits.metrics(),
    };
  }

  #answered(fact: FactOf<'answered'>): void {
    this.#jobs.onAnswered(fact);
    this.#responses.onAnswered(fact);
    this.#ticks.onAnswered(fact);
    this.#api.onAnswered(fact);
    this.#uptime.onAnswered(fact);
    this.#apiLatency.onAnswered(fact);
    if (isCounted(fact)) this.#apiShares.add(fact.at, fact.answer.kind === 'ok');
  }

  #began(fact: FactOf<'body-began'>): void {
    if (fact.tick === undefined) {
      this.#jobs.onBegan(fact);
      this.#responses.onBegan(fact);
    } else this.#ticks.onBegan(fact.tick, fact.at);
    this.#work.onBegan(fact);
    this.#failovers.onBegan(fact);
    this.#recovery.onBegan(fact);
  }

  #ended(fact: FactOf<'body-ended'>): void {
    if (fact.tick === undefined) {
      this.#jobs.onEnded(fact);
      this.#responses.onEnded(fact);
    } else this.#ticks.onEnded(fact.tick, fact);
    this.#work.onEnded(fact);
  }

  #effect(fact: FactOf<'effect-arrived'>): void {
    if (fact.tick === undefined) this.#jobs.onEffect(fact);
    else this.#ticks.onEffect(fact.tick, fact);
    this.#work.onEffect(fact);
  }
}

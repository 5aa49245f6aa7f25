/**
 * seaworthy: the package's public face for programs. A scenario's text becomes a run of a design,
 * many runs become a report document, and the document becomes pages.
 */
export type { Claim, Judge, Verdict } from './checkers/checker.ts';
export { CLAIMS } from './checkers/claims.ts';
export type { SearchBudget } from './checkers/linear-search.ts';
export type {
  Linearizability,
  Model,
  Operation,
  OperationOutcome,
  Ordered,
  Words,
} from './checkers/linearizability.ts';
export { judgeLinearizability, linearizabilityLines } from './checkers/linearizability.ts';
export type { Nondeterminism } from './explore/doublecheck.ts';
export { doublecheck } from './explore/doublecheck.ts';
export type { Replay } from './explore/replay.ts';
export { replayCase } from './explore/replay.ts';
export type { RunOptions, RunResult } from './explore/run.ts';
export { runSeed } from './explore/run.ts';
export type { SweepProgress, SweepRequest, SweepResult } from './explore/sweep.ts';
export { sweep, sweepSteps } from './explore/sweep.ts';
export type { Plan, PlannedFault } from './faults/plan.ts';
export type { Evidence, Fact, Testimony, Truth } from './history/fact.ts';
export type { Problem } from './lib/outcome.ts';
export { BadInput } from './lib/outcome.ts';
export type { ReportDocument } from './report/document.ts';
export { renderFiles } from './report/report.ts';
export type { Prepared } from './scenario/prepare.ts';
export { prepare } from './scenario/prepare.ts';
export { printScenario } from './scenario/print.ts';
export type { SelectedDesign } from './scenario/registry.ts';
export { DESIGNS, selectDesign } from './scenario/registry.ts';
export type { LoadedScenario, Scenario } from './scenario/scenario.ts';
export { parseScenario } from './scenario/schema.ts';
export type { ApiRequest, ApiResult, JobSpec, ScheduleSpec } from './scheduler/api.ts';
export type { ClientSettings, RequestOutcome, Settled } from './scheduler/client.ts';
export { SchedulerClient } from './scheduler/client.ts';

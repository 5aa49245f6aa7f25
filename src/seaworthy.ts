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
export type { Breaks, ClaimSpec, FactHandlers } from './checkers/own-claim.ts';
export { defineClaim } from './checkers/own-claim.ts';
export type { Nondeterminism } from './explore/doublecheck.ts';
export { doublecheck } from './explore/doublecheck.ts';
export type { Replay } from './explore/replay.ts';
export { replayCase } from './explore/replay.ts';
export type { RunOptions, RunResult } from './explore/run.ts';
export { runSeed } from './explore/run.ts';
export type { BrokenClaim, SimulateOptions } from './explore/simulate.ts';
export { Simulation, simulate } from './explore/simulate.ts';
export { SIMULATED, SIMULATED_CHAOS } from './explore/simulate-scenario.ts';
export type { ToldCase } from './explore/simulate-story.ts';
export { ClaimBroken } from './explore/simulate-story.ts';
export type { SweepProgress, SweepRequest, SweepResult } from './explore/sweep.ts';
export { sweep, sweepSteps } from './explore/sweep.ts';
export type {
  FaultSpec,
  HitMachine,
  MessageVerdict,
  OwnBeginning,
  OwnFault,
  SentMessage,
} from './faults/own-fault.ts';
export { defineFault } from './faults/own-fault.ts';
export type { FaultKind, Plan, PlannedFault, Start, Target } from './faults/plan.ts';
export type { Evidence, Fact, FactOf, Testimony, Truth } from './history/fact.ts';
export type { DiskOutcome, Host, Message, Recovered } from './host/host.ts';
export type { Program, ProgramFactory } from './host/program.ts';
export type { Effect, Output } from './host/step.ts';
export { LOG_FILE, NOTHING, nowOnly } from './host/step.ts';
export type { Problem } from './lib/outcome.ts';
export { BadInput } from './lib/outcome.ts';
export type { ReportDocument } from './report/document.ts';
export { renderFiles } from './report/report.ts';
export type { DesignSpec, OwnMachine } from './scenario/own-design.ts';
export { defineDesign } from './scenario/own-design.ts';
export type { OwnCode, Prepared } from './scenario/prepare.ts';
export { prepare } from './scenario/prepare.ts';
export { printScenario } from './scenario/print.ts';
export type { SelectedDesign } from './scenario/registry.ts';
export { DESIGNS, selectDesign } from './scenario/registry.ts';
export type { Cluster, LoadedScenario, Scenario, Workload } from './scenario/scenario.ts';
export { parseScenario } from './scenario/schema.ts';
export type {
  ApiAnswer,
  ApiCall,
  ApiRequest,
  ApiResult,
  Beat,
  BeatAck,
  Finished,
  FinishedAck,
  JobSpec,
  Launch,
  ListedJob,
  NotLeader,
  RollCall,
  Run,
  SchedulerMessage,
  ScheduleSpec,
  Stop,
} from './scheduler/api.ts';
export { tickJobId } from './scheduler/api.ts';
export type { ClientSettings, RequestOutcome, Settled } from './scheduler/client.ts';
export { SchedulerClient } from './scheduler/client.ts';
export type { DesignContext } from './scheduler/designs/design.ts';

/**
 * testing: the package's public face for property tests, with fast-check.
 *
 *   testing/plans.ts      plans of faults, by profile or of every fair kind
 *   testing/scenarios.ts  clusters and workloads
 *   testing/matchers.ts   `toHold`, for whoever hands over an `expect`
 *
 *     fc.assert(fc.property(plans({ profile: 'partitions' }), (plan) =>
 *       simulate(mine, { plan }).holds('single-effect')));
 *
 * shrinks to a small plan, and says what broke, how it came about, and how to run it again.
 * `seaworthy/vitest` has taught vitest's `expect` the matchers already.
 */

export { defineClaim } from './checkers/own-claim.ts';
export { doublecheck } from './explore/doublecheck.ts';
export { runSeed } from './explore/run.ts';
export type { SimulateOptions, Simulation } from './explore/simulate.ts';
export { simulate } from './explore/simulate.ts';
export { defineFault } from './faults/own-fault.ts';
export { defineDesign } from './scenario/own-design.ts';
export { prepare } from './scenario/prepare.ts';
export { selectDesign } from './scenario/registry.ts';
export { parseScenario } from './scenario/schema.ts';
export type { Matched, SeaworthyMatchers } from './testing/matchers.ts';
export { matchers, teach } from './testing/matchers.ts';
export type { PlanBounds, PlansOptions } from './testing/plans.ts';
export { fairPlans, plans } from './testing/plans.ts';
export { clusters, workloads } from './testing/scenarios.ts';

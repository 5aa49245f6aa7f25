/**
 * Bugs that were found stay found: every scenario of the casebook holds under each of its designs,
 * every fault of its plan bites, and where the bug sat in a replaceable part, planting it again
 * breaks the claim that the case is about. The other bugs sat in the engine and the worker, which
 * no part replaces; their cases broke when the fix was taken out by hand.
 */
import { expect, test } from 'vitest';
import { bundledScenarios } from '../src/cli/places.ts';
import { runSeed } from '../src/explore/run.ts';
import { sweep } from '../src/explore/sweep.ts';
import { InvariantBroken, required } from '../src/lib/assert.ts';
import { prepare } from '../src/scenario/prepare.ts';
import type { BuiltDesign, DesignContext } from '../src/scheduler/designs/design.ts';
import { LEASE_PARTS, type LeaseParts, lease } from '../src/scheduler/designs/lease/lease.ts';
import { CLIENT_GO } from '../src/scheduler/designs/lease/presets.ts';
import { single } from '../src/scheduler/designs/single/single.ts';
import { stepJob } from '../src/scheduler/job/job.ts';
import { Doubles } from '../src/scheduler/parts/doubles.ts';
import { stepElector } from '../src/scheduler/parts/elector.ts';
import { SAFE_PARTS } from '../src/scheduler/parts/engine.ts';
import { bundled, designOf, seedsOf } from './support/runs.ts';

const CASES = bundledScenarios().filter((name) => name.startsWith('casebook/'));

/** `casebook` saves bugs that are there still, on purpose or not, with who has them. */
test.each(CASES)('%s holds but for who is known to fail, and every fault bites', (name) => {
  const loaded = bundled(name);
  const { designs, seeds, breaks } = loaded.scenario;
  for (const design of designs) {
    const request = { loaded, designs: [design], seeds: seedsOf(seeds), command: '' };
    const { document, exitCode } = sweep(request);
    const { verdict, inconclusive, claims } = required(document.designs[0], design);
    const known = breaks[design] ?? [];
    const broken = known.filter((claim) => (claims[claim]?.broken ?? 0) > 0);
    expect({ design, broken, inconclusive }).toEqual({ design, broken: known, inconclusive: [] });
    if (known.length > 0) continue;
    expect({ design, verdict, exitCode }).toEqual({ design, verdict: 'held', exitCode: 0 });
  }
});

/** Claims that break in any seed of a case when a design is built like this. */
function brokenWith(
  name: string,
  design: string,
  build: (context: DesignContext) => BuiltDesign,
): ReadonlySet<string> {
  const loaded = bundled(name);
  const prepared = prepare(loaded, { ...designOf(design), build });
  if (prepared.kind === 'failed') throw new Error(JSON.stringify(prepared.error));
  const broken = new Set<string>();
  for (const seed of seedsOf(loaded.scenario.seeds)) {
    try {
      for (const [claim, { kind }] of runSeed(prepared.value, seed).verdicts) {
        if (kind === 'broken') broken.add(claim);
      }
    } catch (error) {
      // A part that is wrong may run into an assertion of another before a claim can see it.
      expect(error).toBeInstanceOf(InvariantBroken);
    }
  }
  return broken;
}

const withParts =
  (changed: Partial<LeaseParts>) =>
  (context: DesignContext): BuiltDesign =>
    lease(context, { preset: CLIENT_GO, fenced: true }, { ...LEASE_PARTS, ...changed });

test('renewal-answered-late breaks where every answer is an election', () => {
  const careless: typeof stepElector = (elector, event, config, nowUs) => {
    const isAnswer = event.kind === 'written' && !elector.isLeader;
    const known = isAnswer ? { ...elector, record: undefined } : elector;
    return stepElector(known, event, config, nowUs);
  };
  const build = withParts({ stepElector: careless });
  expect([...brokenWith('casebook/renewal-answered-late', 'lease', build)]).toEqual(['no-loss']);
});

test('refusals-burn-attempts breaks where a refusal is a failed attempt', () => {
  const counting: typeof stepJob = (job, event) => {
    const isRefusal = event.kind === 'report' && event.how === 'refused';
    return stepJob(job, isRefusal ? { ...event, how: 'failed' } : event);
  };
  const name = 'casebook/refusals-burn-attempts';
  const parts = { ...SAFE_PARTS, stepJob: counting };
  expect([...brokenWith(name, 'single', (context) => single(context, parts))]).toEqual(['on-time']);
  const build = withParts({ stepJob: counting });
  expect([...brokenWith(name, 'lease', build)]).toEqual(['on-time']);
});

test('refused-then-doubled breaks where what came twice is carried out twice', () => {
  class Twice extends Doubles {
    override isDouble(): boolean {
      return false;
    }
  }
  const name = 'casebook/refused-then-doubled';
  const newDoubles = (): Doubles => new Twice();
  const parts = { ...SAFE_PARTS, newDoubles };
  const broken = brokenWith(name, 'single', (context) => single(context, parts));
  expect([...broken]).toEqual(['linearizable-api']);
  expect([...brokenWith(name, 'lease', withParts({ newDoubles }))]).toEqual(['linearizable-api']);
});

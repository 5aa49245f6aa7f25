import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { plans, simulate } from 'seaworthy/testing';
import { expect, test } from 'vitest';
import 'seaworthy/vitest';
import { firstCome } from './scheduler.ts';

const scenario = readFileSync(new URL('storm.yaml', import.meta.url), 'utf8');

test.each([1, 2, 3, 4, 5])('nothing is lost or done twice in the storm of seed %i', (seed) => {
  expect(simulate(firstCome, { scenario, seed })).toHold();
});

test.each(['partitions', 'networks', 'crashes'])('no plan of %s breaks a promise', (profile) => {
  // fast-check looks for a plan that breaks it, and makes that plan as small as it can.
  fc.assert(
    fc.property(plans({ profile }), (plan) => simulate(firstCome, { scenario, plan }).holds()),
    { numRuns: 20 },
  );
});

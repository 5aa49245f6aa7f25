/**
 * Our own cron evaluation against others that know time zones, in ten zones over twenty years: a
 * sample of expressions and instants, most of them around a change of clock. Where the two differ,
 * a reason of `cron-peers.ts` must explain it, by saying what the other's answer is to be; each
 * reason comes with an example, for one that explains nothing is one too many.
 *
 * The sample is drawn with a fixed seed, so that every run compares the same; the last test draws
 * with the seed of all properties (`PROPERTY_SEED=random` looks elsewhere).
 *
 * (The list of due ticks also asks croner, but in UTC only, and applies the policies itself: see
 * test/scenario/due-ticks.test.ts. Here its own zones and policies are asked. Local time alone is
 * judged by Temporal: see cron-local-time.test.ts.)
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileCron } from '../../src/scheduler/schedule/cron-next.ts';
import { cronOf, iso } from '../scheduler/schedule/support.ts';
import {
  CRON_PARSER,
  CRONER,
  type Difference,
  OUR_POLICY,
  type Peer,
  type Reason,
} from './cron-peers.ts';
import { rulesIn, type Sample, samples, UNTIL_S } from './cron-samples.ts';

/** Where the two answers differ; undefined where they agree. */
function differenceOf(peer: Peer, { text, zone, afterS }: Sample): Difference | undefined {
  const [cron, words, rules] = [cronOf(text), text.split(' '), rulesIn(zone)];
  const oursS = compileCron(cron, rules, OUR_POLICY)(afterS);
  // Rules end in 2030; what comes later is nobody's business here.
  if (oursS >= UNTIL_S) return undefined;
  const theirs = peer.next(text, zone, afterS);
  if (theirs === oursS) return undefined;
  const read = peer.readings.reduce((before, { read }) => read(before, words) ?? before, cron);
  const readS = compileCron(read, rules, OUR_POLICY)(afterS);
  return { text, words, cron, rules, afterS, oursS, read, readS, theirs };
}

/** Every reason there is for a peer, those for how it reads an expression among them. */
const reasonsOf = (peer: Peer): readonly Reason[] => [
  ...peer.readings.map(({ why, example, read }) => ({
    why,
    example,
    explains: ({ cron, words, readS, theirs }: Difference) =>
      readS === theirs && read(cron, words) !== undefined,
  })),
  ...peer.reasons,
];

const shown = (atS: number) => (Number.isFinite(atS) ? iso(atS * 1e6) : 'never');
const told = ({ text, rules, afterS, oursS, theirs }: Difference) => {
  const other = typeof theirs === 'string' ? theirs : shown(theirs);
  return `${text} in ${rules.zone} after ${shown(afterS)}: ${shown(oursS)}, not ${other}`;
};

/** A second or so for croner; cron-parser takes a third of one for each answer it gives up on. */
const SAMPLES = 2_000;
const isRefused = ({ theirs }: Difference) => typeof theirs === 'string';

describe.each([CRONER, CRON_PARSER])('against $name', (peer) => {
  const reasons = reasonsOf(peer);
  const isExplained = (d: Difference) => reasons.some(({ explains }) => explains(d));
  let found: readonly Difference[] = [];
  beforeAll(() => {
    found = fc
      .sample(samples, { seed: 4, numRuns: SAMPLES })
      .map((sample) => differenceOf(peer, sample))
      .filter((difference) => difference !== undefined);
  }, 60_000);

  it('the sample differs only where a reason explains it', () => {
    expect(found.filter((d) => !isExplained(d)).map(told)).toEqual([]);
  });

  it('far more agree than differ, though most of the sample is around changes of clock', () => {
    expect(found.filter((d) => !isRefused(d)).length).toBeLessThan(SAMPLES / 20);
    expect(found.filter(isRefused).length).toBeLessThan(SAMPLES / 5);
  });

  it.each(reasons)('$why', ({ example: [text, zone, after], explains }) => {
    const difference = differenceOf(peer, { text, zone, afterS: Date.parse(after) / 1_000 });
    if (difference === undefined) throw new Error('the two agree');
    expect(explains(difference), told(difference)).toBe(true);
  });

  it('no other sample differs without a reason either', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const difference = differenceOf(peer, sample);
        if (difference !== undefined) expect(isExplained(difference), told(difference)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claimed, passedOver } from '../../src/checkers/passed-over.ts';
import { queueOrder } from '../../src/checkers/queue-order.ts';
import * as f from '../support/facts.ts';
import '../support/property-seed.ts';

type Options = Parameters<typeof f.submitOf>[1];
const job = (s: number, name: string, options?: Options) => f.asks(s, f.submitOf(name, options));
const low = job(1, 'low');
const high = job(1, 'high', { priority: 5 });
// ε and slack are a second each.
const wrong = [...f.granted(10, 'low'), ...f.granted(11, 'high')];

describe('queue-order', () => {
  test('holds when the greater priority goes first, and then who was first', () => {
    const facts = [...low, ...high, ...f.granted(10, 'high'), ...f.granted(11, 'low')];
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...facts]).kind).toBe('held');
    const late = [...job(1, 'a'), ...job(9, 'b'), ...f.granted(10, 'a'), ...f.granted(11, 'b')];
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...late]).kind).toBe('held');
  });

  test('breaks when a lesser priority is granted first', () => {
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...low, ...high, ...wrong])).toEqual({
      kind: 'broken',
      at: f.at(10),
      summary: 'job low of priority 0 was granted before job high of priority 5, ready by 2 s',
      facts: [wrong[0], wrong[2]],
    });
  });

  test('breaks when a job overtakes one of its own priority that was ready well before', () => {
    const late = [...job(1, 'a'), ...job(6, 'b'), ...f.granted(10, 'b'), ...f.granted(11, 'a')];
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...late]).kind).toBe('broken');
    const close = [...job(1, 'a'), ...job(3.9, 'b'), ...f.granted(10, 'b'), ...f.granted(11, 'a')];
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...close]).kind).toBe('held');
  });

  test.each([
    ['is accepted only shortly before', job(8.5, 'high', { priority: 5 })],
    ['was not accepted', [f.submit(1, 'high', { priority: 5 })]],
    ['had to wait for its delay', job(1, 'high', { priority: 5, delayUs: f.at(1) })],
    ['had to wait for its time', job(1, 'high', { priority: 5, atUs: f.tickAt(2).nominalUs })],
    ['waits in another queue', job(1, 'high', { priority: 5, queue: 'mail' })],
    ['has a key', job(1, 'high', { priority: 5, key: 'x' })],
    ['has a unique key', job(1, 'high', { priority: 5, uniqueKey: 'x' })],
    ['has parents', job(1, 'high', { priority: 5, parents: ['p'] })],
    ['needs certain workers', job(1, 'high', { priority: 5, tags: ['gpu'] })],
    ['is to be cancelled', [...high, f.asked(2, { kind: 'cancel', job: 'high' })]],
    ['is to run now', [...high, f.asked(2, { kind: 'run-now', job: 'high' })]],
    ['was granted before', [...high, f.dispatched(9, 'scheduler-1', 'high', f.token(1, 1))]],
  ])('no break where the greater one %s', (_, other) => {
    const facts = [f.runBegan(), ...low, ...other, ...wrong].sort((a, b) => a.at - b.at);
    expect(f.verdictOn(queueOrder, facts).kind).not.toBe('broken');
  });

  test('a grant that came to nothing passed nobody over, nor did one of a later attempt', () => {
    const facts = [f.runBegan(), ...low, ...high];
    const lost = f.dispatched(10, 'scheduler-1', 'low', f.token(1, 1));
    const rest = [...f.granted(11, 'high'), ...f.granted(12, 'low', { token: f.token(1, 2) })];
    expect(f.verdictOn(queueOrder, [...facts, lost, ...rest]).kind).toBe('held');
    // What never begins is for other claims.
    expect(f.verdictOn(queueOrder, [...facts, ...f.granted(10, 'low')]).kind).toBe('vacuous');
  });

  test('a queue that was to be paused follows no order that could be told', () => {
    const edit = f.asked(2, { kind: 'edit-queue', edit: 'pause', queue: 'default', revision: 1 });
    expect(f.verdictOn(queueOrder, [f.runBegan(), ...low, ...high, edit, ...wrong]).kind).toBe(
      'vacuous',
    );
  });

  test('is excused by a wall clock beyond its bound, vacuous without testimony', () => {
    const off = f.assumptionFailed(2, 'wall-error');
    const facts = [f.runBegan(), ...low, ...high, off];
    expect(f.verdictOn(queueOrder, [...facts, ...wrong]).kind).toBe('excused');
    const mute = [...facts, f.began(10, 'low'), f.began(11, 'high')];
    expect(f.verdictOn(queueOrder, mute).kind).toBe('vacuous');
  });
});

describe('passedOver', () => {
  const claimed: fc.Arbitrary<Claimed> = fc
    .record({
      priority: fc.integer({ min: 0, max: 2 }),
      readyAfterUs: fc.nat({ max: 20 }),
      slack: fc.nat({ max: 3 }),
      waits: fc.nat({ max: 20 }),
      isClaim: fc.boolean(),
    })
    .map(({ slack, waits, ...rest }) => {
      const readyByUs = rest.readyAfterUs + slack;
      return { ...rest, job: '', readyByUs, decidedUs: rest.readyAfterUs + waits };
    });

  test('finds a job passed over exactly when some pair of jobs is one', () => {
    const anyPair = (jobs: readonly Claimed[], slackUs: number): boolean =>
      jobs.some((x) =>
        jobs.some((y) => {
          if (!x.isClaim || y.readyByUs + slackUs >= x.decidedUs) return false;
          if (y.decidedUs <= x.decidedUs) return false;
          const isBefore = y.readyByUs + slackUs < x.readyAfterUs;
          return y.priority > x.priority || (y.priority === x.priority && isBefore);
        }),
      );
    fc.assert(
      fc.property(fc.array(claimed, { maxLength: 12 }), fc.nat({ max: 4 }), (jobs, slackUs) => {
        expect(passedOver(jobs, slackUs) !== undefined).toBe(anyPair(jobs, slackUs));
      }),
    );
  });
});

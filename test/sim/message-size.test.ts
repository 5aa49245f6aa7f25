import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../src/host/host.ts';
import { bytesOf, LengthPrices } from '../../src/sim/message-size.ts';

test('the estimate is near the length of the JSON, for short messages and for long ones', () => {
  const token = { epoch: 3, attempt: 1 };
  const launch = { job: 'j-000123', token, timeoutUs: 20_000_000, sink: 'token', fenced: true };
  const run = { kind: 'run', v: 1, incarnation: 1, epoch: 3, launch };
  const row = { job: 'j-000123', state: 'succeeded', attempts: 1 };
  const page = {
    kind: 'api-answer',
    v: 1,
    op: 7,
    result: { kind: 'jobs', jobs: Array(500).fill(row) },
  };
  for (const message of [run, page]) {
    expect(bytesOf(message) / JSON.stringify(message).length).toBeGreaterThan(0.8);
    expect(bytesOf(message) / JSON.stringify(message).length).toBeLessThan(1.25);
  }
});

test('whatever the data, the estimate is within a factor of the JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (data) => {
      const length = JSON.stringify(data).length;
      const bytes = bytesOf(data);
      // Numbers of 20 digits and escaped text are longer than estimated, digits are shorter.
      expect(bytes).toBeGreaterThanOrEqual(length / 8 - 1);
      expect(bytes).toBeLessThanOrEqual(6 * length + 6);
    }),
  );
});

test('length is paid for in whole microseconds, and not where it is free', () => {
  const short: Message = { kind: 'short' };
  const page = { kind: 'page', text: 'x'.repeat(2_000) };
  const prices = new LengthPrices(0.005);
  expect(prices.of(short)).toBe(0);
  expect(prices.of(page)).toBe(Math.floor(bytesOf(page) * 0.005));
  expect(new LengthPrices(0).of(page)).toBe(0);
});

test('a price is that of the message, whatever was measured before it', () => {
  const message = fc.record(
    { kind: fc.constant('m'), n: fc.nat(), list: fc.array(fc.jsonValue({ maxDepth: 2 })) },
    { requiredKeys: ['kind'] },
  );
  fc.assert(
    fc.property(fc.array(message, { minLength: 1 }), fc.array(fc.nat()), (messages, picks) => {
      const prices = new LengthPrices(1);
      for (const pick of picks) {
        const picked = messages[pick % messages.length] as Message;
        // The same list in another message, too.
        const list = (messages[0] as Message & { list?: unknown }).list;
        for (const it of [picked, picked, { ...picked, list } as Message]) {
          expect(prices.of(it)).toBe(bytesOf(it));
        }
      }
    }),
  );
});

import { expect, test } from 'vitest';
import { MS } from '../../../src/lib/units.ts';
import { Out } from '../../../src/scheduler/parts/out.ts';
import { StoreSession, StoreSite } from '../../../src/scheduler/parts/store-session.ts';
import type {
  StoreAnswer,
  StoreCall,
  StoreOutcome,
} from '../../../src/scheduler/store/protocol.ts';

const RESEND_US = 500 * MS;
const OPS = [{ kind: 'read', key: 'x' }] as const;
const OK: StoreOutcome = { kind: 'ok', rows: [], version: 0 };

class SessionLab {
  readonly site = new StoreSite(['one', 'two']);
  readonly session = new StoreSession('me', this.site, RESEND_US);
  readonly out = new Out();

  /** Where calls went, with their numbers and timelines, and timers that were armed. */
  did(): readonly string[] {
    return this.out.take().now.flatMap((effect) => {
      if (effect.kind === 'setTimer') return [`wait ${effect.afterUs / MS}`];
      if (effect.kind !== 'send') return [];
      const { call, timeline } = effect.message as StoreCall;
      return [`${effect.to} ${call} on ${timeline}`];
    });
  }

  answer(outcome: StoreOutcome, call: number, timeline = 0): StoreOutcome | undefined {
    const answer: StoreAnswer = {
      ...{ kind: 'store-answer', v: 1, session: 'me', call, timeline, outcome },
    };
    return this.session.onAnswer(answer, this.out);
  }

  silence(): void {
    expect(this.session.onTimer(this.session.timer, this.out)).toBe(true);
  }
}

test('a call without an answer is sent again, under its number, to the other machine', () => {
  const lab = new SessionLab();
  lab.session.call(OPS, lab.out);
  expect(lab.did()).toEqual(['one 1 on -1', 'wait 500']);
  lab.silence();
  expect(lab.did()).toEqual(['two 1 on -1', 'wait 500']);
  lab.silence();
  expect(lab.did()).toEqual(['one 1 on -1', 'wait 500']);
  expect(lab.answer(OK, 1)).toEqual(OK);
  expect(lab.session.isOpen).toBe(false);
});

test('who is turned away asks the one that was named, or the next, after a moment', () => {
  const lab = new SessionLab();
  lab.session.call(OPS, lab.out);
  lab.did();
  expect(lab.answer({ kind: 'not-primary', primary: 'two' }, 1)).toBeUndefined();
  expect(lab.did()).toEqual(['wait 50']);
  lab.silence();
  expect(lab.did()).toEqual(['two 1 on 0', 'wait 500'].map((s) => s.replace('on 0', 'on -1')));
  expect(lab.answer({ kind: 'not-primary' }, 1)).toBeUndefined();
  lab.did();
  lab.silence();
  expect(lab.did()[0]).toBe('one 1 on -1');
});

test('sessions of a client share what one of them has found out', () => {
  const lab = new SessionLab();
  const other = new StoreSession('other', lab.site, RESEND_US);
  lab.session.call(OPS, lab.out);
  lab.silence();
  lab.did();
  lab.answer(OK, 1, 3);
  other.call(OPS, lab.out);
  expect(lab.did()[0]).toBe('two 1 on 3');
  expect(lab.site.believed).toBe('two');
});

test('a call keeps the timeline it was made on; answers of earlier ones do not count', () => {
  const lab = new SessionLab();
  lab.site.hears(2);
  lab.session.call(OPS, lab.out);
  lab.did();
  lab.site.hears(3);
  lab.silence();
  expect(lab.did()[0]).toBe('two 1 on 2');
  expect(lab.answer(OK, 1, 2)).toBeUndefined();
  expect(lab.session.isOpen).toBe(true);
  expect(lab.answer({ kind: 'new-timeline' }, 1, 3)).toEqual({ kind: 'new-timeline' });
  lab.session.call(OPS, lab.out);
  expect(lab.did()).toContain('two 2 on 3');
});

test('a call may wait before it is sent at all', () => {
  const lab = new SessionLab();
  lab.session.call(OPS, lab.out, 100 * MS);
  expect(lab.did()).toEqual(['wait 100']);
  lab.silence();
  expect(lab.did()).toEqual(['one 1 on -1', 'wait 500']);
});

test('a new call gives an open one up; a closed session hears nothing', () => {
  const lab = new SessionLab();
  lab.session.call(OPS, lab.out);
  lab.session.call(OPS, lab.out);
  expect(lab.answer(OK, 1)).toBeUndefined();
  lab.session.close(lab.out);
  expect(lab.answer(OK, 2)).toBeUndefined();
  expect(lab.session.onTimer('another', lab.out)).toBe(false);
});

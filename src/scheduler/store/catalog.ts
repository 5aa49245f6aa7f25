import { assert } from '../../lib/assert.ts';
import { OWN_PREFIX } from './indexes.ts';
import { numbersAfter } from './protocol.ts';
import type { Rows } from './rows.ts';
import type { Buffered, Writes } from './transaction.ts';

/**
 * What the store keeps for itself, in rows that no client comes by: sessions that were opened and
 * have ended, and how far sequences may have come. They are durable and replicated as all rows are.
 */

const SESSION = `${OWN_PREFIX}session/`;
const SEQUENCE = `${OWN_PREFIX}sequence/`;
/** So many numbers are set aside at once, as in PostgreSQL: a commit for each would be too many. */
const SET_ASIDE = 32;

/** A session that was opened. Once it has ended, that stays known: its name is not used again. */
interface OpenedSession {
  readonly state: 'open' | 'ended';
  /** The client's machine. */
  readonly of: string;
  readonly timeoutUs: number;
}

interface Sequence {
  given: number;
  /** Numbers up to this one are set aside. */
  upTo: number;
}

export interface OpenSession {
  readonly name: string;
  readonly of: string;
  readonly timeoutUs: number;
}

/** For as long as a store serves. */
export class Catalog {
  readonly #rows: Rows;
  readonly #timeline: number;
  readonly #sequences = new Map<string, Sequence>();

  constructor(rows: Rows, timeline: number) {
    this.#rows = rows;
    this.#timeline = timeline;
  }

  /** In order of name. */
  openSessions(): readonly OpenSession[] {
    const own = this.#rows.table.scan({ prefix: SESSION, limit: Number.MAX_SAFE_INTEGER });
    return own.flatMap(({ key, value }) => {
      const { state, of, timeoutUs } = value as OpenedSession;
      return state === 'open' ? [{ name: key.slice(SESSION.length), of, timeoutUs }] : [];
    });
  }

  /** Undefined for a session that was never opened. */
  stateOf(session: string): OpenedSession['state'] | undefined {
    return this.#session(session)?.state;
  }

  open({ name, of, timeoutUs }: OpenSession): void {
    assert(timeoutUs > 0, () => `${name} would end after ${timeoutUs}`);
    const known = this.#session(name);
    assert(known?.state !== 'ended', () => `${name} is opened again`);
    if (known?.timeoutUs === timeoutUs) return;
    this.#rows.write(new Map([[SESSION + name, { value: { state: 'open', of, timeoutUs } }]]));
  }

  /** What makes a session end. */
  ending(session: string): readonly [string, Buffered] {
    return [SESSION + session, { value: { ...this.#session(session), state: 'ended' } }];
  }

  /** The next number of a sequence; nobody was given it before, whatever was lost since. */
  next(name: string): number {
    const sequence = this.#sequence(name);
    sequence.given += 1;
    if (sequence.given > sequence.upTo) {
      sequence.upTo = sequence.given + SET_ASIDE - 1;
      const { upTo } = sequence;
      const writes: Writes = new Map([[SEQUENCE + name, { value: { upTo } }]]);
      this.#rows.write(writes);
    }
    return sequence.given;
  }

  #session(name: string): OpenedSession | undefined {
    return this.#rows.table.read(SESSION + name).value as OpenedSession | undefined;
  }

  /** What was set aside before this store served may have been given. */
  #sequence(name: string): Sequence {
    const known = this.#sequences.get(name);
    if (known !== undefined) return known;
    const row = this.#rows.table.read(SEQUENCE + name).value as { upTo: number } | undefined;
    const upTo = Math.max(row?.upTo ?? 0, numbersAfter(this.#timeline));
    const sequence = { given: upTo, upTo };
    this.#sequences.set(name, sequence);
    return sequence;
  }
}

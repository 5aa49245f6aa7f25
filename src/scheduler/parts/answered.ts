/**
 * Answers that were given, so that a request which comes again is answered again and not carried
 * out again, also when the job that it made is forgotten by then, and also by the next leader
 * (sessions of Ongaro 2014, §6.3). Clients number their requests; one that lost count uses a number
 * again, whence the request is told by what it asks for as well.
 */
import type { ApiRequest, ApiResult } from '../api.ts';

export interface Answered {
  readonly kind: 'answered';
  readonly client: string;
  readonly op: number;
  /** What was asked for, in short. */
  readonly request: string;
  readonly result: ApiResult;
}

/** Of each client so many answers are kept, the latest ones; and of so many clients. */
const OPS_MAX = 64;
const CLIENTS_MAX = 1_000;

interface Client {
  readonly name: string;
  /** The latest answer comes last. */
  readonly answers: Answered[];
  /** The number of that answer among all. */
  lastN: number;
  /** The greatest number of a request that was ever answered: what is greater is news. */
  opMax: number;
}

export class AnsweredOps {
  readonly #clients = new Map<string, Client>();
  #n = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  note(answered: Answered): void {
    const client = this.#clientOf(answered.client);
    const { answers } = client;
    const { op } = answered;
    const at = op > client.opMax ? -1 : answers.findIndex((answer) => answer.op === op);
    if (at >= 0) answers.splice(at, 1);
    else if (answers.length === OPS_MAX) answers.shift();
    else this.#size += 1;
    answers.push(answered);
    client.opMax = Math.max(client.opMax, op);
    this.#n += 1;
    client.lastN = this.#n;
    if (this.#clients.size > CLIENTS_MAX) this.#dropOldest();
  }

  /** What this very request was answered, if that is still known. */
  find(client: string, op: number, request: ApiRequest): ApiResult | undefined {
    const known = this.#clients.get(client);
    if (known === undefined || op > known.opMax) return undefined;
    const found = known.answers.find((answer) => answer.op === op);
    return found?.request === inShort(request) ? found.result : undefined;
  }

  /** In an order in which noting them makes the same of nothing. */
  *entries(): Generator<Answered> {
    for (const { answers } of this.#inOrder()) yield* answers;
  }

  #clientOf(name: string): Client {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { name, answers: [], lastN: 0, opMax: Number.NEGATIVE_INFINITY };
      this.#clients.set(name, client);
    }
    return client;
  }

  /** The client that was answered last comes last. */
  #inOrder(): readonly Client[] {
    return [...this.#clients.values()].sort((a, b) => a.lastN - b.lastN);
  }

  #dropOldest(): void {
    let oldest: Client | undefined;
    for (const client of this.#clients.values()) {
      if (oldest === undefined || client.lastN < oldest.lastN) oldest = client;
    }
    if (oldest === undefined) return;
    this.#clients.delete(oldest.name);
    this.#size -= oldest.answers.length;
  }
}

/** Questions may be asked again; what changes something is worth an entry. */
export function isWorthNoting(request: ApiRequest): boolean {
  switch (request?.kind) {
    case 'submit':
    case 'cancel':
    case 'retry':
    case 'run-now':
    case 'trigger':
    case 'put-schedule':
    case 'edit-schedule':
    case 'put-queue':
    case 'edit-queue':
      return true;
    default:
      return false;
  }
}

/** Tells the requests of one client with one number apart. */
export function inShort(request: ApiRequest): string {
  const said = (request ?? {}) as { readonly [field: string]: unknown };
  const { kind, job, schedule, queue, revision, attempts } = said;
  const named = `${inWord(kind)} ${inWord(job)} ${inWord(schedule)} ${inWord(queue)}`;
  return `${named} ${inWord(revision)} ${inWord(attempts)}`;
}

/** What came over the wire may be anything, and not all of it can be written as a text. */
export const inWord = (it: unknown): string | number =>
  typeof it === 'string' || typeof it === 'number' ? it : '';

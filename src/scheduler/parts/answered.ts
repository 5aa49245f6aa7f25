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

export class AnsweredOps {
  /** The client that was answered last comes last; so do its answers. */
  readonly #byClient = new Map<string, Map<number, Answered>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  note(answered: Answered): void {
    const { client, op } = answered;
    const ops = this.#byClient.get(client) ?? new Map<number, Answered>();
    this.#byClient.delete(client);
    this.#byClient.set(client, ops);
    if (!ops.delete(op)) this.#size += 1;
    ops.set(op, answered);
    if (ops.size > OPS_MAX) this.#size -= dropFirst(ops) === undefined ? 0 : 1;
    if (this.#byClient.size > CLIENTS_MAX) this.#size -= dropFirst(this.#byClient)?.size ?? 0;
  }

  /** What this very request was answered, if that is still known. */
  find(client: string, op: number, request: ApiRequest): ApiResult | undefined {
    const found = this.#byClient.get(client)?.get(op);
    return found?.request === inShort(request) ? found.result : undefined;
  }

  /** In an order in which noting them makes the same of nothing. */
  *entries(): Generator<Answered> {
    for (const ops of this.#byClient.values()) yield* ops.values();
  }
}

/** The oldest, taken away. */
function dropFirst<K, V>(map: Map<K, V>): V | undefined {
  for (const [key, value] of map) {
    map.delete(key);
    return value;
  }
  return undefined;
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
  return inWords(FIELDS.map((field) => said[field]));
}

const FIELDS = ['kind', 'job', 'schedule', 'queue', 'revision', 'attempts'];

/** What came over the wire may be anything, and not all of it can be written as a text. */
export const inWords = (parts: readonly unknown[]): string =>
  parts.map((it) => (typeof it === 'string' || typeof it === 'number' ? it : '')).join(' ');

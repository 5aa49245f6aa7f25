/**
 * Orders in which rows can be read: by their key, and by what an index makes of their values. Each
 * is a sorted set of places. A place in the order of keys is the key; one in an index is the index
 * key, then the row's key behind a character that no index key contains, so that places sort by
 * both in this order.
 */
import { assert } from '../../lib/assert.ts';
import type { StoreRow, StoreValue } from './protocol.ts';
import { SortedKeys } from './sorted-keys.ts';

/** As in the schema of a SQL database: every commit keeps it up to date. */
export interface StoreIndex {
  readonly name: string;
  /** Of the keys of rows that are in it. */
  readonly prefix: string;
  /** A pure function; `undefined` for a row that is not in the index. */
  readonly keyOf: (value: StoreValue) => string | readonly string[] | undefined;
}

const SEPARATOR = '\u0000';
const NOWHERE: readonly string[] = [];

/** Where a row is in an index under one of its index keys. */
export function placeOf(indexKey: string, key: string): string {
  assert(!indexKey.includes(SEPARATOR), () => `an index key of ${key} has a separator in it`);
  return `${indexKey}${SEPARATOR}${key}`;
}

/** A number from 0 to 2^53 as an index key, or as a part of one: strings sort as numbers do. */
export function sortable(n: number): string {
  assert(Number.isSafeInteger(n) && n >= 0, () => `${n} has no place in an index`);
  return String(n).padStart(16, '0');
}

/** Keys of the store's own rows begin with the first character there is: nobody comes by them. */
export const OWN_PREFIX = '\u0000';

export interface Order {
  readonly places: SortedKeys;
  /** Scans begin here. */
  readonly first: string;
  /** The key of the row at a place. */
  readonly keyAt: (place: string) => string;
  /** Where a row is; nowhere if it is absent. */
  readonly placesOf: (row: StoreRow) => readonly string[];
}

/** The order of keys. */
export const keyOrder = (keys: Iterable<string>): Order => ({
  places: new SortedKeys(keys),
  first: '\u0001',
  keyAt: (place) => place,
  placesOf: (row) => (row.value === undefined ? NOWHERE : [row.key]),
});

export function indexOrder(
  prefix: string,
  keyOf: (row: StoreRow) => string | readonly string[] | undefined,
  rows: Iterable<StoreRow>,
): Order {
  const placesOf = (row: StoreRow): readonly string[] => {
    if (row.value === undefined || !row.key.startsWith(prefix)) return NOWHERE;
    if (row.key.startsWith(OWN_PREFIX)) return NOWHERE;
    const keys = keyOf(row);
    if (keys === undefined) return NOWHERE;
    if (typeof keys === 'string') return [placeOf(keys, row.key)];
    return [...new Set(keys)].map((each) => placeOf(each, row.key));
  };
  return {
    places: new SortedKeys([...rows].flatMap(placesOf)),
    first: '',
    keyAt: (place) => place.slice(place.indexOf(SEPARATOR) + 1),
    placesOf,
  };
}

/** A row has changed. */
export function move(order: Order, before: StoreRow, after: StoreRow): void {
  const old = order.placesOf(before);
  const now = order.placesOf(after);
  for (const place of old) if (!now.includes(place)) order.places.delete(place);
  for (const place of now) if (!old.includes(place)) order.places.add(place);
}

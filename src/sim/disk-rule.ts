/** What faults may do to a disk's requests: rules that are asked when a request is served. */

/**
 * What becomes of a write that a sync or a replacement asks for. `failed`: the answer says so, and
 * of what it covered each record is there with the given chance. `lied`: the answer is ok, nothing
 * is durable, and `onLost` is called when a crash takes it.
 */
export type WriteFate =
  | { readonly kind: 'written' }
  | { readonly kind: 'failed'; readonly reason: string; readonly keptPpm: number }
  | { readonly kind: 'lied'; readonly onLost: () => void };

/**
 * An acknowledged record that did not get to its place: it is read until the next crash and then is
 * not there, which `onGone` hears. `isYoung`: what was synced in the last second may leave no gap.
 */
export interface Miss {
  /** Which of the records that were just synced; from 0. */
  readonly place: number;
  readonly onGone: (isYoung: boolean) => void;
}

/** Every part may be left out. */
export interface DiskRule {
  /** Every request takes this many times as long. */
  readonly factor?: number;
  /** A request takes longer by the factor. */
  readonly onSlowed?: () => void;
  /** Asked for each sync that has something to write, and each replacement. */
  readonly onWrite?: () => WriteFate;
  /** Asked for each read, and for each file at a start: whether it fails. */
  readonly failsRead?: () => boolean;
  /** Asked after each sync that was truly written, with how many records it wrote. */
  readonly onWritten?: (records: number) => Miss | undefined;
}

export const WRITTEN: WriteFate = Object.freeze({ kind: 'written' });

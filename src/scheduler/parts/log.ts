/**
 * A write-ahead log of records with running numbers, and what may be believed of it after a crash:
 * the longest prefix without a gap. What was synced is in that prefix; beyond the first damaged,
 * missing or reordered record nothing was acknowledged, so it is dropped, and the file is rewritten
 * before anything is added, or the leftovers would be taken for valid next time.
 */
import type { RecoveredRecord } from '../../host/host.ts';

export interface LogRecord<E> {
  readonly v: 1;
  /** 1, 2, 3 … without gaps. */
  readonly n: number;
  readonly entries: readonly E[];
}

export interface RecoveredLog<E> {
  readonly records: readonly LogRecord<E>[];
  /** True when the file holds exactly these records: nothing to repair. */
  readonly isClean: boolean;
}

export function recoverLog<E>(found: readonly RecoveredRecord[] | undefined): RecoveredLog<E> {
  const records: LogRecord<E>[] = [];
  for (const place of found ?? []) {
    if (place.kind === 'damaged') return { records, isClean: false };
    const record = place.data as LogRecord<E>;
    if (record.v !== 1 || record.n !== records.length + 1) return { records, isClean: false };
    records.push(record);
  }
  return { records, isClean: true };
}

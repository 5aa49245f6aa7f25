import type { Timing } from '../api.ts';

/**
 * The rules of one time zone as data: a machine carries them (perhaps an old version), so that no
 * scheduler code reads the process's clock or zone database.
 */
export interface ZoneRules {
  readonly zone: string;
  /**
   * Version of the zone data in which they came to be as they are; of two, the older sorts first
   * as text.
   */
  readonly version: string;
  /** Offset from UTC in seconds before the first transition. */
  readonly initialOffsetS: number;
  /** Rising UTC seconds at which the offset becomes `offsetS`. */
  readonly transitions: readonly { readonly atS: number; readonly offsetS: number }[];
}

/** Of these zone rules; undefined for a timing that has no zone, or one that the table lacks. */
export const zoneVersion = (timing: Timing, zones: ZoneTable): string | undefined =>
  timing.kind === 'cron' ? zones.get(timing.zone)?.version : undefined;

/** Zone name to rules; a name that is not there is an unknown zone. */
export type ZoneTable = ReadonlyMap<string, ZoneRules>;

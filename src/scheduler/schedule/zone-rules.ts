/**
 * The rules of one time zone as data: a machine carries them (perhaps an old version), so that no
 * scheduler code reads the process's clock or zone database.
 */
export interface ZoneRules {
  readonly zone: string;
  /** Version of the zone data they were read from. */
  readonly version: string;
  /** Offset from UTC in seconds before the first transition. */
  readonly initialOffsetS: number;
  /** Rising UTC seconds at which the offset becomes `offsetS`. */
  readonly transitions: readonly { readonly atS: number; readonly offsetS: number }[];
}

/** Zone name to rules; a name that is not there is an unknown zone. */
export type ZoneTable = ReadonlyMap<string, ZoneRules>;

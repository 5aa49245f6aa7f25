/**
 * designs: one folder each, with the same file names: `<name>.ts` (the program) and `presets.ts`
 * (its numbers). Designs share `parts/` and never import each other.
 */
import type { ProgramFactory } from '../../host/program.ts';
import type { ZoneTable } from '../schedule/zone-rules.ts';

/** What a design is given: whom there is, and what its machines know. */
export interface DesignContext {
  /** Names for scheduler members; a design may use fewer. */
  readonly members: readonly string[];
  /** The name of the store's machine, where the design uses one. */
  readonly store: string;
  readonly workers: readonly string[];
  /** The rules that a machine has at the moment: a program reads them when it starts. */
  readonly zonesOf: (machine: string) => ZoneTable;
  readonly workerTimeoutUs: number;
}

export interface DesignMachine {
  readonly name: string;
  readonly role: 'scheduler' | 'store';
  readonly factory: ProgramFactory;
  /** The same program with its durations times a factor; absent where it has none to change. */
  readonly configured?: (factor: number) => ProgramFactory;
  /** Its disk alone holds the book, and what it loses is lost; or a majority of such disks does. */
  readonly keepsBook: boolean | 'together';
}

export interface BuiltDesign {
  readonly machines: readonly DesignMachine[];
  /** Where clients and workers send to. */
  readonly members: readonly string[];
  /** Every member looks after workers: they begin with different ones. */
  readonly isShared?: true;
}

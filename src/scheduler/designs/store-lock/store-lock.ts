/**
 * store-lock: every member looks for due ticks and ready jobs under one lock of a shared store, so
 * one of them at a time decides. Requests and reports are transactions of their own.
 *
 *   presets.ts     real systems' numbers
 *   store-lock.ts  the members (this file); all that they do is in `parts/rows`
 */
import type { RowsParts } from '../../parts/rows/parts.ts';
import { ROWS_PARTS } from '../../parts/rows/parts.ts';
import type { RowsOptions } from '../../parts/rows/rows-design.ts';
import { rowsDesign } from '../../parts/rows/rows-design.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';

export const storeLock = (
  context: DesignContext,
  options: RowsOptions,
  parts: RowsParts = ROWS_PARTS,
): BuiltDesign => rowsDesign(context, options, parts);

/**
 * store-claim: every member claims rows of a shared store, passing over those that others are about
 * to claim. One transaction inserts the instances of a schedule and moves its cursor. There is no
 * leader: who goes leaves nothing behind but claims, which others find.
 *
 *   presets.ts      real systems' numbers
 *   store-claim.ts  the members (this file); all that they do is in `parts/rows`
 */
import type { RowsParts } from '../../parts/rows/parts.ts';
import { ROWS_PARTS } from '../../parts/rows/parts.ts';
import type { RowsOptions } from '../../parts/rows/rows-design.ts';
import { rowsDesign } from '../../parts/rows/rows-design.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';

export const storeClaim = (
  context: DesignContext,
  options: RowsOptions,
  parts: RowsParts = ROWS_PARTS,
): BuiltDesign => rowsDesign(context, options, parts);

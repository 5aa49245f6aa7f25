/** A broken run for people: what broke, how it came about, and the command that runs it again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type { Plan } from '../faults/plan.ts';
import { required } from '../lib/assert.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { printCase } from './case-file.ts';
import { watch } from './retell.ts';
import { claimsOf } from './run.ts';
import { story } from './story.ts';

/** A case told. */
export interface ToldCase {
  readonly design: string;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: string;
  readonly summary: string;
  readonly story: readonly string[];
  /** Runs it again, with its transcript. */
  readonly command: string;
}

/** A claim that a design was asked to keep, and did not. */
export class ClaimBroken extends Error {
  override readonly name = 'ClaimBroken';
  readonly told: ToldCase;

  constructor(it: ToldCase) {
    const { design, seed, plan, claim, summary, command } = it;
    const count = plan.faults.length;
    const under = `seed ${seed}, ${count === 1 ? '1 fault' : `${count} faults`}`;
    const lines = [`${design} breaks ${claim} (${under}): ${summary}`, ...it.story];
    super([...lines, `Again: ${command}`].join('\n'));
    this.told = it;
  }
}

export interface RunToTell {
  readonly seed: string;
  readonly plan: Plan;
  readonly fingerprint: string;
  readonly claim: string;
}

/** Runs it once more to see what led there; writes the case where a folder is named for it. */
export function told(prepared: Prepared, run: RunToTell, folder?: string): ToldCase {
  const { seed, plan, fingerprint, claim: id } = run;
  const claim = required(
    claimsOf(prepared).find((one) => one.id === id),
    id,
  );
  const watched = required(watch({ prepared, seed, plan, claim }), `the same break of ${id}`);
  const { at: atUs, summary } = watched.broken;
  const lines = story(watched);
  const design = prepared.design.name;
  const broken = { claim: id, atUs, summary };
  const it = { design, seed, fingerprint, broken, plan };
  const text = printCase(prepared.loaded, folder === undefined ? it : { ...it, story: lines });
  const place = folder === undefined ? inlined(text) : written(folder, `${design}.${id}`, text);
  const command = `npx seaworthy replay ${place}${moduleOf(prepared)}`;
  return { design, seed, plan, claim: id, summary, story: lines, command };
}

/** Prefix of a case that stands in the command line itself. */
export const INLINE_CASE = 'case:';

/** A case as one word of a command. */
export function inlined(text: string): string {
  const packed = deflateRawSync(JSON.stringify(JSON.parse(text)), { level: 9 });
  return `${INLINE_CASE}${packed.toString('base64url')}`;
}

function written(folder: string, name: string, text: string): string {
  const path = join(folder, `${name.replace(/[^A-Za-z0-9._+=~-]/g, '-')}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What is not built in comes from a module of the user's. */
function moduleOf({ design, own }: Prepared): string {
  if (design.module !== undefined) {
    return ` --module ${relative(process.cwd(), fileURLToPath(design.module))}`;
  }
  const isOwn =
    design.isOwn === true || (own !== undefined && own.claims.length + own.faults.length > 0);
  return isOwn ? ' --module <the file that exports it>' : '';
}

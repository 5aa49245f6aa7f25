/**
 * Which code made a result: records of one code must not be put together with those of another.
 * Hashes what a run depends on, as it lies on the disk, so that an edit counts before its commit.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Everything below `explore`; reports and the command line may change without changing a run. */
const ROOMS = [
  ...['lib', 'kernel', 'history', 'host', 'scheduler', 'mutants', 'sim', 'workload', 'faults'],
  ...['checkers', 'metrics', 'scenario', 'explore'],
];

let known: string | undefined;

/** 64 hex digits, of the code, the platform and its zone data. */
export function codeId(): string {
  known ??= hashed();
  return known;
}

function hashed(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const hash = createHash('sha256');
  const { node, tz, icu } = process.versions;
  hash.update(JSON.stringify([node, tz, icu]));
  // Libraries are pinned there.
  hash.update(readFileSync(resolve(root, '../package.json')));
  for (const room of ROOMS) {
    const folder = resolve(root, room);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((it) => /\.[jt]s$/.test(it)).sort()) {
      const bytes = readFileSync(resolve(folder, name));
      hash.update(`\n${room}/${name} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}

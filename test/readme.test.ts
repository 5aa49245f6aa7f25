/**
 * The commands of README.md work as they stand there: each `npm run -s seaworthy -- …` in a block
 * of shell is run, in order, in a folder that sees the scenarios of this checkout. `npm ci`, `npm
 * test`, `npm start` and `npm run bench` are what runs this test or take long, and are left out by
 * name.
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { terminal } from './cli/terminal.ts';

const ROOT = resolve(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const FRONT = 'npm run -s seaworthy -- ';
const LEFT_OUT =
  /^(npm (ci|test|start)\b|npm run -s (bench|check|format|tidy|build)\b|cd |git |#|$)/;

const text = existsSync(README) ? readFileSync(README, 'utf8') : '';

/** Lines of all shell blocks; a line that ends in a backslash goes on in the next. */
const lines = [...text.matchAll(/^```(?:sh|bash|shell)\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
  .map((line) => line.replace(/^\$ /, '').trim());

/** Words as a shell would split them: quotes keep blanks, a blank and # begin a comment. */
function words(line: string): string[] {
  const found = line.replace(/\s+#.*$/, '').match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return found.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** 0 held, 1 a promise broke, 5 inconclusive: what a run may say. Never bad usage, never a bug. */
const HONEST = [0, 1, 5];

// Skipped where there is no README.md, as in an unpacked package without documents.
test.skipIf(text === '')(
  'every command in README.md works as it stands there',
  async () => {
    const commands = lines.filter((line) => line.startsWith(FRONT));
    expect(commands.length).toBeGreaterThan(0);
    const home = terminal();
    symlinkSync(join(ROOT, 'scenarios'), join(home.folder, 'scenarios'));
    for (const command of commands) {
      const it = terminal({ cwd: home.folder });
      const code = await it.run(...words(command.slice(FRONT.length)));
      expect(HONEST, `${command}\nexited ${code}:\n${it.err()}`).toContain(code);
    }
  },
  300_000,
);

// Skipped where there is no README.md, as above.
test.skipIf(text === '')('no other command stands in README.md than those known here', () => {
  const others = lines.filter((line) => !line.startsWith(FRONT) && !LEFT_OUT.test(line));
  expect(others).toEqual([]);
});

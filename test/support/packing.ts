/** The package as npm packs it, installed in a folder of its own without a network. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const MODULES = join(ROOT, 'node_modules');

export interface Installed {
  /** A folder in which `seaworthy` and whatever it depends on can be found. */
  readonly folder: string;
  /** Where the package lies there. */
  readonly seaworthy: string;
  readonly remove: () => void;
}

/**
 * Packs this checkout, which builds it, and unpacks the tarball as an installation would; other
 * packages are links to those of this checkout. Slow: once for all tests of a file.
 */
export function installPacked(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-packed-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const args = ['pack', '--silent', '--pack-destination', folder];
    const tarball = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    const name = tarball.split('\n').at(-1) ?? '';
    linkOthers(join(folder, 'node_modules'));
    const seaworthy = join(folder, 'node_modules', 'seaworthy');
    mkdirSync(seaworthy);
    const unpack = ['-xzf', join(folder, name), '-C', seaworthy, '--strip-components=1'];
    execFileSync('tar', unpack);
    return { folder, seaworthy, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function linkOthers(target: string): void {
  mkdirSync(target);
  for (const name of readdirSync(MODULES)) {
    // Caches of tools belong to the checkout.
    if (!name.startsWith('.') || name === '.bin')
      symlinkSync(join(MODULES, name), join(target, name));
  }
}

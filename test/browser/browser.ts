/**
 * A real browser for tests, wherever they run: the one named by `CHROMIUM`, one that playwright
 * downloaded, one of the system, else the one that comes along from npm. The last needs nothing
 * installed, so no test is left out on a machine that has only npm.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const SYSTEM = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the browser; one for all tests of a file, for that takes a second or two. */
export const openBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await executable(), args: ['--no-sandbox'] });

/** The program to start, by the order above. */
async function executable(): Promise<string> {
  const own = process.env['CHROMIUM'] ?? '';
  if (own !== '') return own;
  return [chromium.executablePath(), ...SYSTEM].find((it) => existsSync(it)) ?? packed();
}

/**
 * The browser of the package, unpacked once per machine. It unpacks into the folder for temporary
 * files without looking whether another process is at it, so each process gives it a folder of its
 * own, and the first that is done moves that to where all find it.
 */
async function packed(): Promise<string> {
  const entry = require.resolve('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(resolve(entry, '../../../package.json'), 'utf8')) as {
    readonly version: string;
  };
  const before = process.env['TMPDIR'];
  const shared = join(tmpdir(), `seaworthy-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(shared)) await unpack(mkdtempSync(`${shared}-`), shared);
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  // Where the machine lacks libraries or fonts, those that came along are found.
  const libraries = [join(shared, 'al2023/lib'), process.env['LD_LIBRARY_PATH']];
  process.env['LD_LIBRARY_PATH'] = libraries.filter(Boolean).join(':');
  process.env['FONTCONFIG_PATH'] = join(shared, 'fonts');
  return join(shared, 'chromium');
}

async function unpack(own: string, shared: string): Promise<void> {
  process.env['TMPDIR'] = own;
  // The package unpacks its libraries only where it believes that there are no others, which it
  // reads from this name at the moment it is imported.
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs20.x';
  const { default: packing } = await import('@sparticuz/chromium');
  await packing.executablePath();
  const fonts = join(own, 'fonts/fonts.conf');
  const places = `${shared}/fonts</dir><dir>/usr/share/fonts`;
  writeFileSync(fonts, readFileSync(fonts, 'utf8').replace('/tmp/fonts', places));
  try {
    renameSync(own, shared);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(shared)) throw error;
  }
}

/** What the accessibility rules of axe find on the page as it is now, one line per place. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Not a script of the page, which its policy would forbid: axe runs beside it, as tools do.
  const results = (await page.evaluate(
    `${AXE};axe.run(document, { resultTypes: ['violations'] })`,
  )) as {
    readonly violations: readonly {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[];
  };
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

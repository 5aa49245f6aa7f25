/** A terminal for tests of the command line: a folder of its own, and what was printed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface Terminal {
  readonly io: Io;
  readonly folder: string;
  readonly out: () => string;
  readonly err: () => string;
  /** Writes a file into the folder. */
  readonly write: (name: string, content: string | Uint8Array) => void;
  readonly run: (...argv: string[]) => Promise<number>;
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
}

/** Ends with its test. */
export function terminal(options: Partial<Io> = {}): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<() => void>();
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    cwd: folder,
    stdoutIsTty: false,
    stderrIsTty: false,
    width: 100,
    env: {},
    onInterrupt: (callback) => {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    ...options,
  };
  return {
    io,
    folder,
    out: () => out.join(''),
    err: () => err.join(''),
    write: (name, content) => writeFileSync(join(folder, name), content),
    run: (...argv) => main(argv, io),
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

export const HEAD = 'apiVersion: seaworthy/v1\nname: small\nwhy: To be short.\n';

/** A scenario that runs in a moment. */
export const SMALL = `${HEAD}design: single
seeds: 2
workload: {arrivals: {rate: 2/s}}
phases: {warmUp: 5s, chaos: 5s}
`;

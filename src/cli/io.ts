/** What the command line needs of its surroundings, so that a test can stand in for a terminal. */
export interface Io {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Progress and problems. */
  readonly stderr: (text: string) => void;
  readonly cwd: string;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back when the user interrupts; returns how to stop listening. */
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** Exit codes; scripts rely on them. */
export const EXIT = {
  held: 0,
  broken: 1,
  badInput: 2,
  internal: 3,
  nondeterminism: 4,
  inconclusive: 5,
  interrupted: 130,
} as const;

/** Colours are for people at a terminal who did not say no (https://no-color.org). */
export const wantsColor = (io: Io): boolean =>
  io.stdoutIsTty && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';

/** Lets timers and signals have their turn between two pieces of work. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

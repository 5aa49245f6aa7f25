import type { DiskOutcome, Host, Message, Recovered } from './host.ts';
import type { Output } from './step.ts';

/**
 * Code on a machine. A handler runs to completion and answers with an {@link Output}; it never
 * waits. A program object lives for one incarnation: a crash drops it, a restart makes a new one.
 */
export interface Program {
  onStart(recovered: Recovered): Output;
  onMessage(from: string, message: Message): Output;
  onTimer(tag: string): Output;
  /** Answers to disk requests of the program's own (those of `persist` are the host's business). */
  onDisk(token: string, outcome: DiskOutcome): Output;
  /**
   * Asked to stop: it puts its affairs in order and exits, within the deadline of whoever asks, or
   * is killed. A program without this is ended at once.
   */
  onStop?(): Output;
  /** The state as plain data, for exploration and inspection; judges never read it. */
  snapshot(): unknown;
}

/** Makes the program for a new incarnation of a machine. */
export type ProgramFactory = (host: Host) => Program;

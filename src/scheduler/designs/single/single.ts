/**
 * single: one scheduler with a write-ahead log. It recovers by reading its log; while it is down
 * nothing is scheduled. Its epoch counts its starts, so that what it sent before a crash is older
 * than what it sends after. A disk that was lost counts anew, while workers remember: one that has
 * heard of a later epoch makes this scheduler go beyond it.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING, nowOnly } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import type { Beat, SchedulerMessage } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Book } from '../../parts/book.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import { LogWriter, recoverLog, refuseToStart } from '../../parts/log.ts';
import type { Out } from '../../parts/out.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';

/** What the log holds: changes of the book, and a mark for each start. */
export type SingleEntry = BookEntry | { readonly kind: 'epoch'; readonly epoch: number };

export function single(context: DesignContext, parts: EngineParts = SAFE_PARTS): BuiltDesign {
  const name = required(context.members[0], 'a name for the scheduler');
  const configured =
    (factor: number) =>
    (host: Host): Program => {
      const workerTimeoutUs = Math.round(context.workerTimeoutUs * factor);
      return new SingleScheduler(host, { ...context, workerTimeoutUs }, parts);
    };
  const factory = configured(1);
  const machine = { name, role: 'scheduler', factory, configured, keepsBook: true } as const;
  return { machines: [machine], members: [name] };
}

class SingleScheduler implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #zones: ZoneTable;
  readonly #parts: EngineParts;
  readonly #out: Out<SingleEntry>;
  readonly #book = new Book();
  #epoch = 0;
  /** Both undefined until the log is read, and for ever where it cannot be believed. */
  #log: LogWriter<SingleEntry> | undefined;
  #engine: Engine | undefined;

  constructor(host: Host, context: DesignContext, parts: EngineParts) {
    this.#host = host;
    this.#context = context;
    this.#zones = context.zonesOf(host.self);
    this.#parts = parts;
    this.#out = parts.newOut() as Out<SingleEntry>;
  }

  onStart(recovered: Recovered): Output {
    const log = recoverLog<SingleEntry>(recovered);
    if (log.kind === 'refused') return refuseToStart(log);
    for (const { entries } of log.records) {
      for (const entry of entries) this.#replay(entry);
    }
    this.#log = new LogWriter(log);
    return this.#begin();
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    assert(false, () => `answer ${outcome.kind} to ${token}, which was not asked`);
    return NOTHING;
  }

  onMessage(from: string, message: Message): Output {
    if (this.#engine === undefined) return NOTHING;
    const heardOf = message.kind === 'beat' ? ((message as Beat).epoch ?? 0) : 0;
    if (heardOf > this.#epoch) {
      this.#engine.end(this.#out as Out<BookEntry>);
      this.#epoch = heardOf;
      return this.#begin();
    }
    this.#engine.onMessage(from, message as SchedulerMessage, this.#out as Out<BookEntry>);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const known = this.#engine?.onTimer(tag, this.#out as Out<BookEntry>);
    assert(known === true, () => `timer ${tag}`);
    return this.#take();
  }

  onStop(): Output {
    if (this.#engine === undefined) return nowOnly([{ kind: 'exit', reason: 'stopped' }]);
    this.#out.exitAfterSync('stopped');
    return this.#take();
  }

  snapshot(): unknown {
    return { epoch: this.#epoch, jobs: [...this.#book.jobs.values()] };
  }

  #replay(entry: SingleEntry): void {
    if (entry.kind === 'epoch') this.#epoch = entry.epoch;
    else this.#book.apply(entry);
  }

  #begin(): Output {
    const { workers, workerTimeoutUs } = this.#context;
    const options = { workers, zones: this.#zones, workerTimeoutUs, fenced: true };
    this.#epoch += 1;
    this.#out.keep({ kind: 'epoch', epoch: this.#epoch });
    this.#out.observe({ kind: 'role', role: 'leader', epoch: this.#epoch });
    this.#engine = new Engine(this.#host, this.#epoch, this.#book, options, this.#parts);
    this.#engine.begin(this.#out as Out<BookEntry>);
    return this.#take();
  }

  #take(): Output {
    const log = required(this.#log, 'a log that is written');
    return log.seal(this.#out.take(), 1 + this.#book.size, () => this.#live());
  }

  /** The entries that make this state of an empty one. */
  #live(): readonly SingleEntry[] {
    return [{ kind: 'epoch', epoch: this.#epoch }, ...this.#book.entries()];
  }
}

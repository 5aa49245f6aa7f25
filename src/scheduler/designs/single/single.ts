/**
 * single: one scheduler with a write-ahead log. It recovers by reading its log; while it is down
 * nothing is scheduled. Its epoch counts its starts, so that what it sent before a crash is older
 * than what it sends after.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { LOG_FILE, NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import type { SchedulerMessage } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Book } from '../../parts/book.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import type { LogRecord } from '../../parts/log.ts';
import { recoverLog } from '../../parts/log.ts';
import type { Out } from '../../parts/out.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';

/** What the log holds: changes of the book, and a mark for each start. */
export type SingleEntry = BookEntry | { readonly kind: 'epoch'; readonly epoch: number };

const REPAIR = 'repair';

export function single(context: DesignContext, parts: EngineParts = SAFE_PARTS): BuiltDesign {
  const name = required(context.members[0], 'a name for the scheduler');
  const factory = (host: Host): Program => new SingleScheduler(host, context, parts);
  return { machines: [{ name, role: 'scheduler', factory, keepsBook: true }], members: [name] };
}

class SingleScheduler implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #parts: EngineParts;
  readonly #out: Out<SingleEntry>;
  readonly #book = new Book();
  #epoch = 0;
  #records = 0;
  /** Undefined until the log is read and whole. */
  #engine: Engine | undefined;

  constructor(host: Host, context: DesignContext, parts: EngineParts) {
    this.#host = host;
    this.#context = context;
    this.#parts = parts;
    this.#out = parts.newOut() as Out<SingleEntry>;
  }

  onStart(recovered: Recovered): Output {
    const log = recoverLog<SingleEntry>(recovered.files.get(LOG_FILE));
    for (const { entries } of log.records) {
      for (const entry of entries) this.#replay(entry);
    }
    this.#records = log.records.length;
    if (log.isClean) return this.#begin();
    this.#host.disk.replace(LOG_FILE, log.records, REPAIR);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    assert(token === REPAIR, () => `answer to ${token}`);
    if (outcome.kind === 'ok') return this.#begin();
    const reason = `the log could not be repaired: ${outcome.kind}`;
    return { ...NOTHING, now: [{ kind: 'exit', reason }] };
  }

  onMessage(from: string, message: Message): Output {
    if (this.#engine === undefined) return NOTHING;
    this.#engine.onMessage(from, message as SchedulerMessage, this.#out as Out<BookEntry>);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const known = this.#engine?.onTimer(tag, this.#out as Out<BookEntry>);
    assert(known === true, () => `timer ${tag}`);
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
    const { workers, zones, workerTimeoutUs } = this.#context;
    const options = { workers, zones, workerTimeoutUs, fenced: true };
    this.#epoch += 1;
    this.#out.persist.push({ kind: 'epoch', epoch: this.#epoch });
    this.#out.observe({ kind: 'role', role: 'leader', epoch: this.#epoch });
    this.#engine = new Engine(this.#host, this.#epoch, this.#book, options, this.#parts);
    this.#engine.begin(this.#out as Out<BookEntry>);
    return this.#take();
  }

  /** One log record per step: a step is durable whole or not at all. */
  #take(): Output {
    const output = this.#out.take();
    if (output.persist.length === 0) return output;
    this.#records += 1;
    const entries = output.persist as readonly SingleEntry[];
    const record: LogRecord<SingleEntry> = { v: 1, n: this.#records, entries };
    return { ...output, persist: [record] };
  }
}

import type { Testimony } from '../../../history/fact.ts';
import type { Message } from '../../../host/host.ts';
import type { BeatAck, Run } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Out } from '../../parts/out.ts';

/**
 * What the engine of one shard wants done, among others on the same member. Epochs of shards say
 * nothing about each other, so workers hear of one epoch only, that of the store's timeline, and
 * tell owners of one shard apart by the tokens of its jobs. The member answers beats itself.
 */
export class ShardOut extends Out<BookEntry> {
  readonly #shard: number;
  readonly #prefix: string;
  readonly #epoch: () => number;

  constructor(shard: number, epoch: () => number) {
    super();
    this.#shard = shard;
    this.#prefix = `${shard}:`;
    this.#epoch = epoch;
  }

  override send<M extends Message>(to: string, message: M): void {
    if (message.kind !== 'beat-ack') return super.send(to, message);
    const ack = message as unknown as BeatAck;
    if (ack.newest !== undefined) super.send<BeatAck>(to, { ...ack, epoch: this.#epoch() });
  }

  override sendAfterSync<M extends Message>(to: string, message: M): void {
    // Whoever takes a shard knows what workers said last: all members hear every beat.
    if (message.kind === 'roll-call') return;
    if (message.kind !== 'run') return super.sendAfterSync(to, message);
    const run = message as unknown as Run;
    super.sendAfterSync<Run>(to, { ...run, epoch: this.#epoch() });
  }

  override setTimer(tag: string, afterUs: number): void {
    super.setTimer(this.#prefix + tag, afterUs);
  }

  override cancelTimer(tag: string): void {
    super.cancelTimer(this.#prefix + tag);
  }

  /** The engine's name of a timer; undefined where it is of another shard. */
  ownTag(tag: string): string | undefined {
    return tag.startsWith(this.#prefix) ? tag.slice(this.#prefix.length) : undefined;
  }

  override observe(testimony: Testimony): void {
    const isGrant = testimony.kind === 'dispatched';
    super.observe(isGrant ? { shard: this.#shard, ...testimony } : testimony);
  }
}

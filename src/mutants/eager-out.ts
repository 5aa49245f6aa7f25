import type { Message } from '../host/host.ts';
import type { BookEntry } from '../scheduler/parts/book.ts';
import { Out } from '../scheduler/parts/out.ts';

/** A collector that lets messages of one kind leave before what they tell of is durable. */
export class EagerOut extends Out<BookEntry> {
  readonly #kind: string;

  constructor(kind: string) {
    super();
    this.#kind = kind;
  }

  override sendAfterSync<M extends Message>(to: string, message: M): void {
    if (message.kind === this.#kind) this.send(to, message);
    else super.sendAfterSync(to, message);
  }
}

import { Loader } from '../scheduler/designs/lease/loader.ts';
import type { Book } from '../scheduler/parts/book.ts';
import type { CallOut, StoreSession } from '../scheduler/parts/store-session.ts';
import type { StoreAnswer } from '../scheduler/store/protocol.ts';
import type { Mutant } from './mutant.ts';

/** The book of a member's first term, by the session that lives as long as the member does. */
const kept = new WeakMap<StoreSession, Book>();

class KeepingLoader extends Loader {
  readonly #owner: StoreSession;

  constructor(owner: StoreSession) {
    super(owner);
    this.#owner = owner;
  }

  override onAnswer(answer: StoreAnswer, out: CallOut): Book | undefined {
    const book = super.onAnswer(answer, out);
    if (book === undefined) return undefined;
    const former = kept.get(this.#owner);
    if (former === undefined) kept.set(this.#owner, book);
    return former ?? book;
  }
}

export const noResetOnDemotion: Mutant = {
  name: 'no-reset-on-demotion',
  sentence: 'A member that leads again goes on from what it remembers of its earlier term.',
  source: 'sidekiq#3974',
  cause: 'state kept or lost across terms',
  of: 'lease',
  parts: { newLoader: (session) => new KeepingLoader(session) },
};

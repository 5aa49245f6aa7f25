/** Who is to be told of what: topics to the sessions that asked, and where those are. */
export class Subscriptions {
  readonly #topics = new Map<string, Map<string, string>>();

  add(topic: string, session: string, at: string): void {
    const sessions = this.#topics.get(topic);
    if (sessions === undefined) this.#topics.set(topic, new Map([[session, at]]));
    else sessions.set(session, at);
  }

  /** The session is over. */
  drop(session: string): void {
    for (const [topic, sessions] of this.#topics) {
      if (sessions.delete(session) && sessions.size === 0) this.#topics.delete(topic);
    }
  }

  /** All that asked for a topic but one, in the order of asking. */
  *of(topic: string, except: string): Generator<readonly [session: string, at: string]> {
    for (const entry of this.#topics.get(topic) ?? []) if (entry[0] !== except) yield entry;
  }
}

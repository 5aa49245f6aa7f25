import type { DiskOutcome, Host, Recovered } from '../../host/host.ts';

const FILE = 'incarnation';
const TOKEN = 'incarnation';
const US_PER_MS = 1_000;

/**
 * A number that is never used twice on the same disk, so that messages, leases and attempts of an
 * earlier life of this name are told from those of this one. It counts only once it is durable.
 *
 * Where the last number is damaged, the next is the wall clock's count of milliseconds: more than
 * any count of starts, and more than the last of that sort, as no program starts every millisecond.
 * It could come twice only if two numbers were lost and the clock went back in between.
 */
export class IncarnationCounter {
  readonly #host: Host;
  #next = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  begin(recovered: Recovered): void {
    const place = recovered.files.get(FILE)?.[0];
    if (place === undefined) this.#next = 1;
    else if (place.kind === 'intact') this.#next = (place.data as number) + 1;
    else {
      this.#host.observe({ kind: 'note', text: 'the incarnation is damaged: a new count begins' });
      this.#next = Math.floor(this.#host.wallUs() / US_PER_MS);
    }
    this.#host.disk.replace(FILE, [this.#next], TOKEN);
  }

  /** The number, when this answer is the one that makes it durable; exits when it cannot be. */
  onDisk(token: string, outcome: DiskOutcome): number | undefined {
    if (token !== TOKEN) return undefined;
    if (outcome.kind === 'ok') return this.#next;
    this.#host.exit(`the incarnation could not be written: ${outcome.kind}`);
    return undefined;
  }
}

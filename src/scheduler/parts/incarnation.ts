import type { DiskOutcome, Host, Recovered } from '../../host/host.ts';
import { assert } from '../../lib/assert.ts';

const FILE = 'incarnation';
const TOKEN = 'incarnation';
/** Two lives that count the same differ in this, but for once in 16 million. */
const NONCES = 2 ** 24;
/** More starts than any disk has seen; with a nonce it is still an exact number. */
const NUMBER_MAX = 2 ** 28;

/**
 * Tells the lives of a name apart, so that messages, leases and attempts of an earlier one are not
 * taken for those of this one. The number is never used twice on the same disk, and counts only
 * once it is durable. But a disk may be lost, replaced or damaged, and two copies of a program may
 * share a name and each have a disk: so each life also draws a nonce, and can be told of a number
 * beyond which it has to go.
 */
export class IncarnationCounter {
  readonly #host: Host;
  #number = 0;
  #next = 0;
  #nonce = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A number that is lost or damaged is as if it had never been there: {@link raise} helps. */
  begin(recovered: Recovered): void {
    const place = recovered.files.get(FILE)?.[0];
    const known = place?.kind === 'intact' && isNumber(place.data) ? place.data : 0;
    if (place !== undefined && known === 0) {
      this.#host.observe({ kind: 'note', text: 'the incarnation is damaged: a new count begins' });
    }
    this.#nonce = this.#host.random.below(NONCES);
    this.#write(known + 1);
  }

  /** The number, when this answer is the one that makes it durable; exits when it cannot be. */
  onDisk(token: string, outcome: DiskOutcome): number | undefined {
    if (token !== TOKEN) return undefined;
    if (outcome.kind !== 'ok') {
      this.#host.exit(`the incarnation could not be written: ${outcome.kind}`);
      return undefined;
    }
    this.#number = this.#next;
    return this.#number;
  }

  /** Of this life and no other: for names of sessions and holders of leases. */
  get identity(): string {
    assert(this.#number > 0, 'an identity before it is durable');
    return `${this.#number}.${this.#nonce}`;
  }

  /** The same as one number, greater than that of any earlier life on the same disk. */
  get stamp(): number {
    assert(this.#number > 0, 'a stamp before it is durable');
    return this.#number * NONCES + this.#nonce;
  }

  /**
   * Somebody knows of a life with this stamp, later than this one: takes a number beyond it, which
   * is in force once {@link onDisk} answers with it. Nothing to do when that is old news.
   */
  raise(stamp: number): void {
    const number = Math.floor(stamp / NONCES) + 1;
    if (stamp <= this.stamp || number <= this.#next || number > NUMBER_MAX) return;
    this.#write(number);
  }

  #write(number: number): void {
    this.#next = number;
    this.#host.disk.replace(FILE, [number], TOKEN);
  }
}

const isNumber = (data: unknown): data is number =>
  typeof data === 'number' && Number.isInteger(data) && data > 0 && data < NUMBER_MAX;

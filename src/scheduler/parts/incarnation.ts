import type { DiskOutcome, Host, Recovered } from '../../host/host.ts';
import { assert } from '../../lib/assert.ts';

const FILE = 'incarnation';
const TOKEN = 'incarnation';

/**
 * A number that is never used twice on the same disk, so that messages, leases and attempts of an
 * earlier life of this name are told from those of this one. It counts only once it is durable.
 */
export class IncarnationCounter {
  readonly #host: Host;
  #next = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  begin(recovered: Recovered): void {
    const place = recovered.files.get(FILE)?.[0];
    assert(place?.kind !== 'damaged', 'a replaced file is the old or the new one, never torn');
    this.#next = place === undefined ? 1 : (place.data as number) + 1;
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

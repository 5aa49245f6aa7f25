/**
 * Records on the disk, so that a sweep that was killed goes on where it was, and shards can be put
 * together. A file is a header and then one frame per run, each whole or not there: what a kill
 * left half written is cut off when the file is opened again.
 *
 *   frame = length (4 bytes) · CRC-32 of the payload (4 bytes) · payload
 *
 * A payload is deflated JSON. Records are alike, so each is deflated with the first one as the
 * dictionary, which halves them.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Sketch } from '../../metrics/sketch.ts';
import { readSketch, sketchText } from '../../metrics/sketch-text.ts';
import type { SeedRecord } from './record.ts';

/** What the records of a file are of. */
export interface RecordHeader {
  readonly apiVersion: 'seaworthy/records/v1';
  /** Of the code, the scenario and how it is run: records of one id can be put together. */
  readonly id: string;
  readonly designs: readonly string[];
  /** Every run was done twice. */
  readonly isTwice: boolean;
  /** All seeds of the sweep, also where the file is of a shard. */
  readonly seeds: readonly string[];
  /** The command of the whole sweep. */
  readonly command: string;
}

const headerSchema = z.strictObject({
  apiVersion: z.literal('seaworthy/records/v1'),
  id: z.string(),
  designs: z.array(z.string()),
  isTwice: z.boolean(),
  seeds: z.array(z.string()),
  command: z.string(),
}) satisfies z.ZodType<RecordHeader>;

/** A record and the design that it is of. */
export type Kept = readonly [design: string, record: SeedRecord];

export interface ReadRecords {
  readonly header: RecordHeader;
  readonly kept: readonly Kept[];
  /** Bytes up to here are whole frames. */
  readonly wholeUntil: number;
}

/** As it is written: sketches as texts, which are a fifth of what is left otherwise. */
type Packed = readonly [
  design: string,
  record: Omit<SeedRecord, 'samples'> & {
    readonly samples: Readonly<Record<string, { readonly unit: string; readonly sketch: string }>>;
  },
];

const packed = ([design, record]: Kept): Packed => {
  const samples = Object.entries(record.samples).map(([name, { unit, sketch }]) => {
    return [name, { unit, sketch: sketchText(sketch) }] as const;
  });
  return [design, { ...record, samples: Object.fromEntries(samples) }];
};

/** Undefined for a frame that other code wrote otherwise. */
function unpacked([design, record]: Packed): Kept | undefined {
  const samples: [string, { readonly unit: string; readonly sketch: Sketch }][] = [];
  for (const [name, { unit, sketch }] of Object.entries(record.samples)) {
    const read = readSketch(String(sketch));
    if (read.kind === 'failed') return undefined;
    samples.push([name, { unit, sketch: read.value }]);
  }
  return [design, { ...record, samples: Object.fromEntries(samples) }];
}

const FRAME_HEAD = 8;
const PAYLOAD_MAX = 64 * 1_048_576;

/** Everything that is whole; undefined where the file does not begin with a header. */
export function readRecords(bytes: Uint8Array): ReadRecords | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let header: RecordHeader | undefined;
  let dictionary: Buffer | undefined;
  const kept: Kept[] = [];
  for (;;) {
    const payload = frameAt(buffer, at);
    const text = payload === undefined ? undefined : inflated(payload, dictionary);
    if (payload === undefined || text === undefined) break;
    const value: unknown = JSON.parse(text.toString('utf8'));
    const next = at + FRAME_HEAD + payload.length;
    if (header === undefined) {
      const parsed = headerSchema.safeParse(value);
      if (!parsed.success) return undefined;
      header = parsed.data;
    } else {
      const one = unpacked(value as Packed);
      if (one === undefined) break;
      kept.push(one);
      dictionary ??= text;
    }
    at = next;
  }
  return header === undefined ? undefined : { header, kept, wholeUntil: at };
}

function frameAt(buffer: Buffer, at: number): Buffer | undefined {
  if (at + FRAME_HEAD > buffer.length) return undefined;
  const length = buffer.readUInt32LE(at);
  const end = at + FRAME_HEAD + length;
  if (length > PAYLOAD_MAX || end > buffer.length) return undefined;
  const payload = buffer.subarray(at + FRAME_HEAD, end);
  return crc32(payload) === buffer.readUInt32LE(at + 4) ? payload : undefined;
}

function inflated(payload: Buffer, dictionary: Buffer | undefined): Buffer | undefined {
  try {
    const options = { maxOutputLength: PAYLOAD_MAX };
    return inflateRawSync(payload, dictionary === undefined ? options : { ...options, dictionary });
  } catch {
    return undefined;
  }
}

/** A file of records that is being written; what was in it under the same id is kept. */
export class RecordFile {
  readonly #path: string;
  readonly #file: number;
  #dictionary: Buffer | undefined;
  /** Where the next frame goes. */
  #at = 0;
  /** Records that were there already. */
  readonly kept: readonly Kept[];

  /** Opens or makes the file. One of another id, or that is none of ours, is begun anew. */
  constructor(path: string, header: RecordHeader, isFresh = false) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const before = existsSync(path) && !isFresh ? readRecords(readFileSync(path)) : undefined;
    const isSame = before?.header.id === header.id;
    this.#file = openSync(path, isSame ? 'r+' : 'w');
    this.kept = isSame ? before.kept : [];
    if (isSame) {
      ftruncateSync(this.#file, before.wholeUntil);
      this.#at = before.wholeUntil;
      const [first] = before.kept;
      if (first !== undefined) this.#dictionary = Buffer.from(JSON.stringify(packed(first)));
    } else {
      this.#write(header);
    }
  }

  add(design: string, record: SeedRecord): void {
    const text = this.#write(packed([design, record]));
    this.#dictionary ??= text;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** When the sweep is whole, nobody needs its records. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #write(value: unknown): Buffer {
    const text = Buffer.from(JSON.stringify(value));
    const dictionary = this.#dictionary;
    const payload = deflateRawSync(text, { level: 9, ...(dictionary && { dictionary }) });
    const frame = Buffer.alloc(FRAME_HEAD + payload.length);
    frame.writeUInt32LE(payload.length, 0);
    frame.writeUInt32LE(crc32(payload), 4);
    payload.copy(frame, FRAME_HEAD);
    writeSync(this.#file, frame, 0, frame.length, this.#at);
    this.#at += frame.length;
    return text;
  }
}

/**
 * What a message is about, for people who read a diagram: a few words and a job. Messages are read
 * as plain data, whoever defined them: those of a user's own design are named by their kind.
 */
import type { Message } from '../host/host.ts';

export interface MessageWords {
  readonly kind: string;
  readonly label: string;
  readonly job: string | undefined;
}

/** Fields that say in one word what a message asks or answers. */
interface Known {
  readonly job?: unknown;
  readonly op?: unknown;
  readonly id?: unknown;
  readonly how?: unknown;
  readonly epoch?: unknown;
  readonly accepted?: unknown;
  readonly request?: { readonly kind?: unknown; readonly job?: unknown };
  readonly result?: { readonly kind?: unknown };
  readonly outcome?: { readonly kind?: unknown };
  readonly launch?: { readonly job?: unknown };
  readonly ops?: readonly { readonly kind?: unknown; readonly key?: unknown }[];
  readonly row?: { readonly key?: unknown };
}

const LABEL_MAX = 60;
const OPS_MAX = 3;

/** Remembers which job an answer is about, for answers name their question only. */
export class MessageReader {
  readonly #jobs = new Map<string, string>();

  read(from: string, to: string, message: Message): MessageWords {
    const known = message as Message & Known;
    const job = textOf(known.job) ?? textOf(known.launch?.job) ?? textOf(known.request?.job);
    const question = known.op ?? known.id;
    const asked = `${from} ${to} ${String(question)}`;
    const answered = `${to} ${from} ${String(question)}`;
    if (question !== undefined && job !== undefined) this.#jobs.set(asked, job);
    const about = job ?? (question === undefined ? undefined : this.#jobs.get(answered));
    const words = [message.kind, detailOf(known), about].filter((it) => it !== undefined);
    const label = words.join(' ');
    const short = label.length > LABEL_MAX ? `${label.slice(0, LABEL_MAX - 1)}…` : label;
    return { kind: message.kind, label: short, job: about };
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function detailOf(known: Known): string | undefined {
  if (Array.isArray(known.ops)) return opsText(known.ops);
  const said =
    textOf(known.request?.kind) ??
    textOf(known.result?.kind) ??
    textOf(known.outcome?.kind) ??
    textOf(known.how) ??
    textOf(known.row?.key);
  if (said !== undefined) return said;
  if (typeof known.accepted === 'boolean') return known.accepted ? 'accepted' : 'refused';
  return typeof known.epoch === 'number' ? `epoch ${known.epoch}` : undefined;
}

/** The first few of a list of operations, without what every call begins and ends with. */
function opsText(ops: NonNullable<Known['ops']>): string {
  const told = ops.filter(({ kind }) => kind !== 'begin' && kind !== 'commit');
  const shown = told.slice(0, OPS_MAX).map(({ kind, key }) => {
    const of = textOf(key);
    return of === undefined ? String(kind) : `${String(kind)} ${of}`;
  });
  return shown.join(', ') + (told.length > OPS_MAX ? ', …' : '');
}

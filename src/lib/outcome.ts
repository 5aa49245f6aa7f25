/** An expected failure is a value, not an exception. */
export type Outcome<T, E> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: E };

export const ok = <T>(value: T): Outcome<T, never> => ({ kind: 'ok', value });
export const failed = <E>(error: E): Outcome<never, E> => ({ kind: 'failed', error });

/** One thing wrong with an input: where, what, and how to mend it. */
export interface Problem {
  /** Where: a path inside the input such as `faults.1.kind`, or empty for the whole input. */
  readonly path: string;
  /** What is wrong, in words that name what was found. */
  readonly problem: string;
  /** What was meant or what to do, when that can be said. */
  readonly hint?: string;
  /** Position in the text, 1-based, when the input is a text. */
  readonly line?: number;
  readonly column?: number;
  /** The file, when there is one. */
  readonly file?: string;
}

/** Bad input: every problem at once. The command line prints them and exits 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column path: problem (hint)`, leaving out what is unknown. */
export function formatProblem(p: Problem): string {
  const place = [p.file, p.line, p.line === undefined ? undefined : p.column]
    .filter((part) => part !== undefined)
    .join(':');
  const head = [place, p.path].filter((part) => part !== '').join(' ');
  const hint = p.hint === undefined ? '' : ` (${p.hint})`;
  return `${head === '' ? '' : `${head}: `}${p.problem}${hint}`;
}

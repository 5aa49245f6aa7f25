/**
 * Things with a sequential model whose histories are judged in tests: a register with compare and
 * set, texts by key, and transactions over many registers or lists.
 */
import type { Model, OperationOutcome } from '../../src/checkers/linearizability.ts';

export type RegisterAction =
  /** `any` where the answer said nothing. */
  | { readonly f: 'read'; readonly value: number | null | 'any' }
  | { readonly f: 'write'; readonly value: number }
  | { readonly f: 'cas'; readonly from: number; readonly to: number };

export interface RegisterRules {
  readonly initial: number | null;
  /** Whether a compare-and-set that failed has found another value; otherwise it says nothing. */
  readonly failedCasCompared: boolean;
}

type RegisterModel = Model<number | null, RegisterAction>;

/** One register. */
export const casRegister = ({ initial, failedCasCompared }: RegisterRules): RegisterModel => ({
  initial,
  keyOf: (state) => String(state),
  step(state, action, outcome) {
    switch (action.f) {
      case 'read':
        return action.value === 'any' || action.value === state ? [state] : [];
      case 'write':
        return outcome === 'failed' ? [state] : [action.value];
      case 'cas':
        if (outcome !== 'failed') return state === action.from ? [action.to] : [];
        return failedCasCompared && state === action.from ? [] : [state];
    }
  },
  alike: registerText,
  isPure: ({ f }) => f === 'read',
  isBlind: ({ f }) => f === 'write',
});

export const registerText = (action: RegisterAction): string =>
  action.f === 'cas' ? `cas ${action.from} ${action.to}` : `${action.f} ${action.value}`;

export interface KeyedAction {
  readonly f: 'get' | 'put' | 'append';
  readonly key: string;
  readonly value: string;
}

/** A text for each key, empty at first, that can be replaced or made longer. */
export const keyedTexts: Model<string, KeyedAction> = {
  initial: '',
  keyOf: (state) => state,
  step(state, { f, value }, outcome) {
    if (outcome === 'failed') return [state];
    if (f === 'get') return outcome === 'unknown' || state === value ? [state] : [];
    return [f === 'put' ? value : state + value];
  },
  partOf: ({ key }) => key,
  alike: ({ f, value }) => `${f} ${value}`,
  isPure: ({ f }) => f === 'get',
  isBlind: ({ f }) => f === 'put',
  mayCome: (state, { value }) => value.startsWith(state),
};

/** One step of a transaction; what a read was told is a list, or null for the empty one. */
export interface Micro {
  readonly f: 'read' | 'write' | 'append';
  readonly key: string;
  readonly value: number | readonly number[] | null;
}

export type Transaction = readonly Micro[];
type Values = Readonly<Record<string, Micro['value']>>;

/** Registers or lists by key, with transactions that happen at once. */
export const transactions = (initial: Values): Model<Values, Transaction> => ({
  initial,
  keyOf: (values) => JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))),
  step(values, transaction, outcome) {
    if (outcome === 'failed') return [values];
    const now: Record<string, Micro['value']> = { ...values };
    for (const micro of transaction) if (!takes(now, micro, outcome)) return [];
    return [now];
  },
  alike: (transaction) => JSON.stringify(transaction),
  isPure: (transaction) => transaction.every(({ f }) => f === 'read'),
});

function takes(
  now: Record<string, Micro['value']>,
  { f, key, value }: Micro,
  outcome: OperationOutcome,
): boolean {
  const is = now[key] ?? null;
  switch (f) {
    case 'read':
      return outcome === 'unknown' || JSON.stringify(is) === JSON.stringify(value);
    case 'write':
      now[key] = value;
      return true;
    case 'append':
      now[key] = [...((is ?? []) as readonly number[]), value as number];
      return true;
  }
}

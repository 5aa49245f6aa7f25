/**
 * Recorded histories of other projects as operations: the logs of Jepsen's etcd test, histories of
 * Knossos and Porcupine in EDN, and Elle's transactions. Moments are positions in the file.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Operation } from '../../src/checkers/linearizability.ts';
import { type Edn, type EdnMap, isEdnMap, readEdn } from './edn.ts';
import type { KeyedAction, Micro, RegisterAction, Transaction } from './sequential-models.ts';

const FOLDER = new URL('../../../shared/data/histories/', import.meta.url);

/** The text of a file of the folder, or undefined where that is absent. */
export function historyFile(name: string): string | undefined {
  const file = new URL(name, FOLDER);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** What a process did at one line of a history. */
interface Event {
  readonly process: number;
  readonly type: string;
  readonly f: string;
  readonly value: Edn;
  readonly key: Edn;
}

const TYPES = [':invoke', ':ok', ':fail', ':info'];

/** Pairs each call with the answer to its process; `actionOf` sees both values. */
function operationsOf<A>(
  events: readonly Event[],
  actionOf: (called: Event, answered: Event | undefined) => A,
): readonly Operation<A>[] {
  const open = new Map<number, { readonly event: Event; readonly at: number }>();
  const operations: Operation<A>[] = [];
  const lose = ({ event, at }: { readonly event: Event; readonly at: number }): void => {
    const action = actionOf(event, undefined);
    operations.push({ action, outcome: 'unknown', calledAt: at, answeredAt: undefined });
  };
  for (const [at, event] of events.entries()) {
    if (!TYPES.includes(event.type)) throw new Error(`an event of type ${event.type}`);
    const asked = open.get(event.process);
    if ((event.type === ':invoke') === (asked !== undefined)) {
      throw new Error(`process ${event.process} has ${event.type} at event ${at}`);
    }
    if (asked === undefined) {
      open.set(event.process, { event, at });
      continue;
    }
    open.delete(event.process);
    if (asked.event.f !== event.f) throw new Error(`${asked.event.f} is answered as ${event.f}`);
    if (event.type === ':info') lose(asked);
    else {
      const outcome = event.type === ':ok' ? 'ok' : 'failed';
      const action = actionOf(asked.event, event);
      operations.push({ action, outcome, calledAt: asked.at, answeredAt: at });
    }
  }
  for (const asked of open.values()) lose(asked);
  return operations.sort((a, b) => a.calledAt - b.calledAt);
}

/** Events of an EDN file, in one list or by themselves; those of the nemesis are left out. */
function ednEvents(text: string): readonly Event[] {
  const values = readEdn(text);
  const events = values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  return (
    events
      .map((event): EdnMap => {
        if (!isEdnMap(event))
          throw new Error(`an event is a map, and not ${JSON.stringify(event)}`);
        return event;
      })
      .filter(({ process }) => process !== ':nemesis')
      // Where none is named there is one.
      .map(({ process = 0, type, f, value, key }) => {
        if (typeof process !== 'number') throw new Error(`a process called ${String(process)}`);
        return {
          process,
          type: String(type),
          f: String(f),
          value: value ?? null,
          key: key ?? null,
        };
      })
  );
}

const LOG_LINE = /^INFO\s+jepsen\.util - (\d+)\s+(:\w+)\s+(:\w+)\s+(.+)$/;

/** The register of an etcd log: nil is a value, and so is a failed compare-and-set. */
export function etcdHistory(text: string): readonly Operation<RegisterAction>[] {
  const events = text
    .trimEnd()
    .split('\n')
    .map((line): Event => {
      const found = LOG_LINE.exec(line);
      if (found === null) throw new Error(`not a line of a history: ${line}`);
      const [, process, type, f, value] = found as unknown as [
        string,
        string,
        string,
        string,
        string,
      ];
      const [read = null] = value === ':timed-out' ? [value] : readEdn(value);
      return { process: Number(process), type, f, value: read, key: null };
    });
  return operationsOf(events, (called, answered) => {
    const isHeard = answered !== undefined && answered.value !== ':timed-out';
    return registerAction(called, isHeard ? (answered.value as number | null) : 'any');
  });
}

/** The register of a Knossos history: a read of nil, and whatever failed, says nothing. */
export const knossosHistory = (text: string): readonly Operation<RegisterAction>[] =>
  operationsOf(ednEvents(text), (called, answered) => {
    const isHeard = answered?.type === ':ok' && answered.value !== null;
    return registerAction(called, isHeard ? (answered.value as number) : 'any');
  });

function registerAction({ f, value }: Event, told: number | null | 'any'): RegisterAction {
  if (f === ':read') return { f: 'read', value: told };
  if (f === ':write' && typeof value === 'number') return { f: 'write', value };
  if (f === ':cas' && Array.isArray(value) && value.length === 2) {
    return { f: 'cas', from: value[0] as number, to: value[1] as number };
  }
  throw new Error(`a register has no ${f} of ${JSON.stringify(value)}`);
}

/** The texts by key of a Porcupine history. */
export const keyedHistory = (text: string): readonly Operation<KeyedAction>[] =>
  operationsOf(ednEvents(text), ({ f, key, value }, answered) => {
    const name = f.slice(1);
    if (name !== 'get' && name !== 'put' && name !== 'append') throw new Error(`no ${f}`);
    const told = name === 'get' ? (answered?.value ?? '') : value;
    return { f: name, key: key as string, value: told as string };
  });

/** Transactions in EDN: the answer repeats the call, with what the reads were told. */
export const transactionHistory = (text: string): readonly Operation<Transaction>[] =>
  operationsOf(ednEvents(text), (called, answered) => {
    const micros = (answered?.type === ':ok' ? answered : called).value as readonly Edn[];
    return micros.map((micro) => microOf(micro as readonly Edn[]));
  });

const MICROS: Readonly<Record<string, Micro['f']>> = {
  read: 'read',
  r: 'read',
  write: 'write',
  append: 'append',
};

/** `[:read :x 1]`, or the same in JSON. */
export function microOf([f, key, value]: readonly unknown[]): Micro {
  const name = MICROS[String(f).replace(/^:/, '')];
  if (name === undefined) throw new Error(`a transaction has no ${String(f)}`);
  return { f: name, key: String(key), value: value as Micro['value'] };
}

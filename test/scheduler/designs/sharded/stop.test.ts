import { beforeEach, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../src/lib/units.ts';
import { SHARDED_PRESETS } from '../../../../src/scheduler/designs/sharded/presets.ts';
import { memberKey } from '../../../../src/scheduler/designs/sharded/schema.ts';
import { sharded } from '../../../../src/scheduler/designs/sharded/sharded.ts';
import type {
  StoreCall,
  StoreOutcome,
  StoreRow,
} from '../../../../src/scheduler/store/protocol.ts';
import { FakeMachine } from '../../../support/fake-host.ts';

const preset = SHARDED_PRESETS[0]!;

let machine: FakeMachine;
let calls: StoreCall[];
let rows: Map<string, StoreRow>;
let version: number;

/** As a store would: everything that is compared is as it was seen. */
function serve({ ops }: StoreCall): StoreOutcome {
  const read: StoreRow[] = [];
  version += 1;
  for (const op of ops) {
    if (op.kind === 'read')
      read.push(rows.get(op.key) ?? { key: op.key, version: 0, value: undefined });
    if (op.kind === 'range' && op.index === undefined) {
      read.push(...[...rows.values()].filter(({ key }) => key.startsWith(op.prefix)));
    }
    if (op.kind === 'write' || op.kind === 'cas')
      rows.set(op.key, { key: op.key, version, value: op.value });
  }
  return { kind: 'ok', rows: read, version };
}

const look = (): void => {
  for (const call of machine.host.takeMessages<StoreCall>('store')) calls.push(call);
};
function answer(asked: StoreCall, outcome: StoreOutcome = serve(asked)): void {
  const { session, call } = asked;
  const base = { kind: 'store-answer', v: 1, session, call, timeline: 0 } as const;
  machine.deliver('store', { ...base, outcome } as Parameters<FakeMachine['deliver']>[1]);
  look();
}
const saysGoodbye = (call: StoreCall | undefined): boolean =>
  call?.ops.some((op) => op.kind === 'write' && op.key === memberKey('m1') && !op.value) === true;

/** A member that has called the roll, and waits for the answer. */
beforeEach(() => {
  const context = {
    members: ['m1', 'm2'],
    store: 'store',
    workers: ['w1'],
    zonesOf: () => new Map(),
    workerTimeoutUs: 10 * SECOND,
  };
  const built = sharded(context, { preset });
  const factory = built.machines.find(({ name }) => name === 'm1')!.factory;
  calls = [];
  rows = new Map();
  version = 0;
  machine = new FakeMachine('m1', factory);
  machine.start();
  machine.answerDisk();
  look();
});

/** Answers whatever is asked, three rolls long; the last one is called and not answered. */
function takeShards(): void {
  for (let rolls = 0; rolls < 3; rolls++) {
    for (let call = calls.shift(); call !== undefined; call = calls.shift()) answer(call);
    machine.advance(preset.rollUs);
    look();
  }
}

test('who is stopped while it calls the roll leaves when its shards are given back', () => {
  takeShards();
  const { shards } = machine.program.snapshot() as { shards: readonly unknown[] };
  expect(shards.length).toBeGreaterThan(0);
  const roll = calls.find(({ session }) => session.endsWith('/roll'));
  machine.stop();
  look();
  answer(roll!);
  expect(machine.host.exits).toEqual([]);
  const given = calls.filter((call) => call !== roll && !saysGoodbye(call));
  for (const call of given) answer(call);
  expect(saysGoodbye(calls.at(-1))).toBe(true);
  expect(machine.host.exits).toEqual([]);
  answer(calls.at(-1)!);
  expect(machine.host.exits).toEqual(['stopped']);
});

test('a goodbye that came to nothing is said again', () => {
  machine.stop();
  answer(calls[0]!);
  const goodbye = calls.at(-1)!;
  answer(goodbye, { kind: 'read-only' });
  expect([calls.at(-1), machine.host.exits]).toEqual([goodbye, []]);
  machine.advance(100 * MS);
  look();
  expect(calls.at(-1)?.call).toBe(goodbye.call + 1);
  answer(calls.at(-1)!);
  expect(machine.host.exits).toEqual(['stopped']);
});

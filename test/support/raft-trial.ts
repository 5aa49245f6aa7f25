/**
 * One crash of a Raft leader and the election that follows, with the real member programs on
 * simulated machines. The old leader is a script: its heartbeats reach all survivors at the same
 * time, and then it is gone.
 */

import { Recorder } from '../../src/history/history.ts';
import type { Message } from '../../src/host/host.ts';
import type { Program, ProgramFactory } from '../../src/host/program.ts';
import { NOTHING, nowOnly } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { required } from '../../src/lib/assert.ts';
import { intBetween } from '../../src/lib/random.ts';
import { MINUTE, MS, SECOND, wallUs } from '../../src/lib/units.ts';
import { PAPER, type RaftPreset } from '../../src/scheduler/designs/raft/presets.ts';
import { RAFT_PARTS, raft } from '../../src/scheduler/designs/raft/raft.ts';
import type { RaftRecord } from '../../src/scheduler/parts/raft/durable.ts';
import type { Append, LogEntry, Place } from '../../src/scheduler/parts/raft/messages.ts';
import { DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import { Sim } from '../../src/sim/sim.ts';

export interface Trial {
  /** In all, and of them how many survive; of those, how many have all that the leader had. */
  readonly servers: number;
  readonly survivors: number;
  readonly eligible: number;
  readonly electionUs: readonly [number, number];
  readonly heartbeatUs: number;
  readonly oneWayUs: number;
  /** What each vote waits for before it leaves, as in the paper's set-up; disks take no time. */
  readonly writeUs: readonly [number, number];
  readonly seed: string;
}

export interface Outcome {
  /** From the crash to a new leader, who sends its first heartbeat. */
  readonly downtimeUs: number;
  /** Elections it took: 1 where the first candidate won. */
  readonly terms: number;
}

const OLD = 'scheduler-1';
const BEAT_AT_US = MS;
const NO_WORK = { message: 0, timer: 0, disk: 0, start: 0 };
const FAR: Place = { index: 2, term: 1 };
const NEAR: Place = { index: 1, term: 1 };

export function electionTrial(trial: Trial): Outcome {
  const { servers, survivors, eligible, oneWayUs, writeUs, heartbeatUs, seed } = trial;
  const rng = createRng(seed);
  const kernel = new Kernel({ trace: false });
  const [writeMinUs, writeMaxUs] = writeUs;
  const disk = { syncMinUs: 0, syncMaxUs: 0, readMinUs: 0, readMaxUs: 0, perRecordUs: 0 };
  const sim = new Sim({
    kernel,
    rng,
    recorder: new Recorder(),
    startWallUs: wallUs(0),
    network: { latencyMinUs: oneWayUs, latencyMaxUs: oneWayUs },
    profile: {
      ...DEFAULT_PROFILE,
      defaultUs: NO_WORK,
      sendUs: 0,
      perByteUs: 0,
      appendUs: 0,
      recoverRecordUs: 0,
      disk,
    },
    checked: false,
  });
  const names = Array.from({ length: servers }, (_, index) => `scheduler-${index + 1}`);
  const placeOf = (index: number): Place => (index < eligible ? FAR : NEAR);
  const living = names.slice(1, survivors + 1);
  const beats = living.map((to, index): Append => beatTo(to, placeOf(index)));
  sim.add({ name: OLD, role: 'scheduler', factory: (host) => oldLeader(host, beats) });
  const built = raft(contextOf(names), presetOf(trial), RAFT_PARTS);
  living.forEach((name, index) => {
    const machine = required(
      built.machines.find((it) => it.name === name),
      name,
    );
    sim.add({ name, role: 'scheduler', factory: withLog(machine.factory, placeOf(index)) });
  });
  const crashUs = BEAT_AT_US + oneWayUs + rng.stream('crash').below(heartbeatUs);
  let outcome: Outcome | undefined;
  sim.network.onDelivered((from, _, message) => {
    if (outcome !== undefined || from === OLD || message.kind !== 'raft-append') return;
    const { term } = message as Append;
    outcome = { downtimeUs: kernel.now - oneWayUs - crashUs, terms: term - 1 };
  });
  const writes = rng.stream('writes');
  sim.network.install({
    id: 'writes',
    judge: (_from, _to, message) =>
      message.kind === 'raft-vote' ? intBetween(writes, writeMinUs, writeMaxUs) : 'pass',
  });
  sim.startAll();
  for (let untilUs = SECOND; outcome === undefined; untilUs += SECOND) {
    if (untilUs > 10 * MINUTE) throw new Error(`no leader after ${untilUs} us, seed ${seed}`);
    kernel.run(untilUs);
  }
  return outcome;
}

const presetOf = ({
  electionUs: [electionMinUs, electionMaxUs],
  heartbeatUs,
}: Trial): RaftPreset => ({
  ...PAPER,
  electionMinUs,
  electionMaxUs,
  heartbeatUs,
});

const contextOf = (members: readonly string[]) => ({
  members,
  store: 'store',
  workers: [],
  zonesOf: () => ({ version: 'none', rulesOf: () => undefined }) as never,
  workerTimeoutUs: SECOND,
});

const beatTo = (to: string, prev: Place): Append => ({
  kind: 'raft-append',
  v: 1,
  to,
  term: 1,
  prev,
  entries: [],
  commit: 0,
  round: 1,
});

/** Says its last words to everybody at once. */
function oldLeader(
  host: { setTimer(tag: string, afterUs: number): void },
  beats: readonly Append[],
): Program {
  return {
    onStart: () => {
      host.setTimer('beat', BEAT_AT_US);
      return NOTHING;
    },
    onMessage: () => NOTHING,
    onDisk: () => NOTHING,
    onTimer: () =>
      nowOnly(beats.map((message: Append) => ({ kind: 'send', to: message.to, message }))),
    snapshot: () => ({}),
  };
}

/** The program finds a log of term 1 that goes as far as this. */
function withLog(factory: ProgramFactory, { index: length }: Place): ProgramFactory {
  const entries = Array.from({ length }, (_, at): LogEntry => {
    return { index: at + 1, term: 1, command: { kind: 'no-op' } };
  });
  const records: RaftRecord[] = [
    { kind: 'hard', term: 1, vote: OLD },
    { kind: 'entries', entries },
  ];
  const data = { v: 1, n: 1, entries: records };
  const files = new Map([['log', [{ kind: 'intact' as const, data }]]]);
  return (host) => {
    const program = factory(host);
    return {
      onStart: () => program.onStart({ files }),
      onMessage: (from: string, message: Message) => program.onMessage(from, message),
      onDisk: (token, answer) => program.onDisk(token, answer),
      onTimer: (tag) => program.onTimer(tag),
      snapshot: () => program.snapshot(),
    };
  };
}

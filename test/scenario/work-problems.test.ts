/** What does not go together in a workload, in words, each at its place. */
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/lib/outcome.ts';
import { prepare } from '../../src/scenario/prepare.ts';
import { parseScenario } from '../../src/scenario/schema.ts';
import { timelineOf } from '../../src/scenario/timeline.ts';
import { designOf, scenarioOf } from '../support/runs.ts';

const HEAD = 'apiVersion: seaworthy/v1\nname: small\nwhy: To be short.\n';

function problems(text: string): string[] {
  const parsed = parseScenario(HEAD + text, 'x.yaml');
  return parsed.kind === 'ok' ? [] : parsed.error.map(formatProblem);
}

test('what a workload need not have is read with its units', () => {
  const { workload } = scenarioOf(`
workload:
  delayed: {share: 20%, at: 30%, runNow: 40%}
  retries: 5%
  hostile: 1%
  silent: 2%
  zombie: 3%
  heartbeat: 3s
  retain: 1h
  priorities: [0, 10]
  queues:
    - {name: mail, share: 10%, keys: 5, perKey: 1, rate: 5/s}
    - {name: slow, share: 1%, rate: 2/m, burst: 4}
  tags: [{tag: gpu, share: 5%, workers: 2}]
  unique: {share: 5%}
  families: {share: 5%}
  retry: {jitter: 20%}
  schedules:
    - name: nightly
      every: 5s
      concurrencyPolicy: buffer
      bufferMax: 3
      jitter: 1s
      start: '2025-03-03T08:00:30Z'
      end: '2025-03-03T08:01:00Z'
      misfire: {late: all, spacing: 2s}
  edits: {for: 5s}
`);
  expect(workload).toMatchObject({
    instantPpm: 300_000,
    runNowPpm: 400_000,
    retriesPpm: 50_000,
    hostilePpm: 10_000,
    silentPpm: 20_000,
    zombiePpm: 30_000,
    heartbeatUs: 3_000_000,
    retainUs: 3_600_000_000,
    priorities: [0, 10],
    tags: [{ tag: 'gpu', sharePpm: 50_000, workers: 2 }],
    unique: { sharePpm: 50_000, keys: 20 },
    families: { sharePpm: 50_000, children: 3, depth: 1, onFailed: 'cancel' },
    edits: { sharePpm: 500_000, each: 2, forUsMax: 5_000_000 },
  });
  expect(workload.retry.jitterPpm).toBe(200_000);
  expect(workload.queues?.map(({ rate }) => rate)).toEqual([
    { perSecond: 5, burst: 5 },
    { perSecond: 2 / 60, burst: 4 },
  ]);
  expect(workload.schedules[0]).toMatchObject({
    overlap: 'buffer',
    bufferMax: 3,
    jitterUs: 1_000_000,
    misfire: { late: 'all', windowUs: 30_000_000, catchUpMax: 10, spacingUs: 2_000_000 },
  });
});

test('what is not asked for leaves no trace', () => {
  const keys = Object.keys(scenarioOf('').workload);
  for (const key of ['queues', 'edits', 'heartbeatUs', 'hostilePpm', 'families', 'instantPpm']) {
    expect(keys).not.toContain(key);
  }
});

test('what jobs take up is read, and has to be there', () => {
  const room = 'cluster: {workers: 5, resources: {cpu: 4000, memory: 1024}}\n';
  const asked = 'resources: [{share: 20%, cpu: 500, memory: 64}], gangs: {share: 2%, parts: 3}';
  expect(scenarioOf(`${room}workload: {${asked}}\n`)).toMatchObject({
    cluster: { resources: { cpu: 4_000, memory: 1_024 } },
    workload: {
      resources: [{ sharePpm: 200_000, cpu: 500, memory: 64 }],
      gangs: { sharePpm: 20_000, parts: 3 },
    },
  });
  expect(problems(`workload: {${asked.replace('parts: 3', 'parts: 5')}}\n`)).toEqual([
    'x.yaml:4:23 workload.resources: nobody knows what workers have ' +
      '(say what each has: cluster.resources)',
    'x.yaml:4:87 workload.gangs.parts: 5 is above the number of workers, 4',
  ]);
  const large =
    'workload: {resources: [{share: 1%, cpu: 5000, memory: 64}], arrivals: {rate: 40/s}}\n';
  const [most, busy] = problems(room + large);
  expect(most).toContain('workload.resources: all workers: 40 jobs per second, and their slots');
  expect(busy).toContain('workload.resources.0.cpu: no worker has so much: 4000 at most');
  expect(problems(`${room}workload: {resource: []}\n`)[0]).toContain("did you mean 'resources'?");
});

test('a design that does not know of them is not asked for what it would pass over', () => {
  const scenario = scenarioOf('workload: {gangs: {share: 2%, parts: 3}}\n');
  const loaded = { scenario, text: '', hash: '' };
  expect(prepare(loaded, designOf('optimistic')).kind).toBe('ok');
  expect(prepare(loaded, designOf('lease'))).toMatchObject({
    error: [{ path: 'workload.gangs', problem: 'lease does not know of gangs' }],
  });
});

test('parts of a mapping that do not go together', () => {
  const text = `workload:
  queues:
    - {name: default, share: 10%}
    - {name: a, share: 10%, perKey: 1, burst: 3}
  schedules:
    - {name: a, every: 5s, bufferMax: 2}
    - {name: b, every: 5s, start: '2025-03-03T09:00:00Z', end: '2025-03-03T08:00:00Z'}
  edits: {kinds: [pause, pause]}
`;
  expect(problems(text)).toEqual([
    'x.yaml:6:14 workload.queues.0.name: names the queue of all other jobs, which has no limits',
    'x.yaml:7:37 workload.queues.1.perKey: limits jobs by key, and none has one (say how many ' +
      'keys there are: keys)',
    'x.yaml:7:47 workload.queues.1.burst: goes with rate',
    'x.yaml:9:39 workload.schedules.0.bufferMax: goes with concurrencyPolicy: buffer',
    'x.yaml:10:64 workload.schedules.1.end: is not after start',
    'x.yaml:11:18 workload.edits.kinds: names a kind twice',
  ]);
});

test('parts of a workload that do not go together are told all at once', () => {
  const text = `workload:
  silent: 5%
  queues: [{name: a, share: 60%}, {name: a, share: 50%}]
  tags: [{tag: gpu, share: 1%, workers: 9}]
  misfire: {late: all, catchUp: 1000, spacing: 1m}
`;
  expect(problems(text)).toEqual([
    'x.yaml:5:11 workload.silent: nobody waits for signs of life (say within what time: heartbeat)',
    'x.yaml:6:11 workload.queues: the shares of the queues add up to 110%',
    'x.yaml:6:42 workload.queues.1.name: "a" names two queues',
    'x.yaml:7:41 workload.tags.0.workers: 9 is above the number of workers, 4',
    'x.yaml:8:48 workload.misfire.spacing: 1000 late ticks would be spread over 16.7 h ' +
      '(at most 60 min)',
  ]);
  expect(problems('workload: {heartbeat: 30s, timeout: 20s}\n')).toEqual([
    'x.yaml:4:23 workload.heartbeat: an attempt is stopped after 20 s anyway ' +
      '(a heartbeat is shorter than the timeout)',
  ]);
  expect(problems('workload: {edits: {}}\n')).toEqual([
    'x.yaml:4:19 workload.edits: there is no schedule and no queue to edit',
  ]);
});

test.each([
  ['concurrency: 1', 'its concurrency of 1 let'],
  ['keys: 2, perKey: 1', '1 for each of 2 keys let'],
  ['rate: 1/s', 'its rate let'],
])('a queue that cannot carry its jobs is refused with the numbers: %s', (limit, because) => {
  const queue = (share: string): string[] =>
    problems(
      `workload: {arrivals: {rate: 20/s}, queues: [{name: mail, share: ${share}, ${limit}}]}\n`,
    );
  const [problem] = queue('50%');
  expect(problem).toContain('workload.queues.0: queue mail: 10 jobs per second, and');
  expect(problem).toContain(because);
  expect(problem).toMatch(/by \(at most [\d.]+ leave room for what piles up in a storm\)$/);
  expect(queue('2%')).toEqual([]);
});

test('families count in full, and so does what workers with a tag have to do', () => {
  const work = (rest: string): string[] =>
    problems(`cluster: {slots: 1}\nworkload: {arrivals: {rate: 2/s}, ${rest}}\n`);
  const queues = 'queues: [{name: a, share: 10%, concurrency: 1}]';
  expect(work(queues)).toEqual([]);
  expect(work(`${queues}, families: {share: 100%, children: 20}`)).toHaveLength(1);
  expect(work('tags: [{tag: gpu, share: 50%, workers: 1}]')).toEqual([]);
  expect(work('tags: [{tag: gpu, share: 100%, workers: 1}]')[0]).toContain(
    'workers with the tag gpu: 2 jobs per second, and 1 slots let 1.8',
  );
});

const TAKEOVER_US = 5_000_000;

test('a run lasts as long as limits, families, buffers and spread ticks need', () => {
  const afterAsking = (workload: string): number => {
    const timeline = timelineOf(scenarioOf(`workload: {${workload}}`), TAKEOVER_US);
    return timeline.auditUs - timeline.askUntilUs;
  };
  const plain = afterAsking('');
  const perJobUs = plain - 2 * 8_000_000 - 4_000_000;
  // A minute of storm and what follows it at 0.2 of 1.8 jobs per second.
  const limited = afterAsking('queues: [{name: a, share: 10%, concurrency: 1}]') - plain;
  expect(limited).toBeGreaterThan((92 * 1e6 * 0.2) / 1.8);
  expect(limited).toBeLessThan(2 * ((92 * 1e6 * 0.2) / 1.8));
  expect(afterAsking('families: {share: 1%, depth: 2}') - plain).toBe(3 * perJobUs);
  const schedule = (rest: string) => `schedules: [{name: a, every: 5s, ${rest}}]`;
  expect(afterAsking(schedule('jitter: 7s')) - plain).toBe(7e6);
  expect(afterAsking(schedule('misfire: {late: all, spacing: 2s}')) - plain).toBe(20e6);
  const buffered = (max: number) =>
    afterAsking(schedule(`concurrencyPolicy: buffer, bufferMax: ${max}`));
  expect(buffered(3) - plain).toBe(3 * (buffered(1) - plain));
  expect(afterAsking('retry: {jitter: 100%}')).toBeGreaterThan(plain);
});

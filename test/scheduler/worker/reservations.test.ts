import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import type { Beat, Finished } from '../../../src/scheduler/api.ts';
import type { Probe, ProbeAnswer, TaskRequest } from '../../../src/scheduler/probe-api.ts';
import { token, WorkerLab } from './lab.ts';

const HOME = 'scheduler-2';
const OTHER = 'scheduler-3';

const probe = (batch: string, wants: Probe['wants'] = 'place', count = 1): Probe => ({
  kind: 'probe',
  v: 1,
  batch,
  wants,
  count,
});

/** A worker with one slot, and bodies of a second without effects. */
function up(options: ConstructorParameters<typeof WorkerLab>[0] = {}): WorkerLab {
  const lab = new WorkerLab({ slots: 1, ...options }).up();
  lab.plan = { runUs: SECOND, outcome: 'succeeded', effects: [] };
  lab.machine.host.takeMessages();
  return lab;
}

const asks = (lab: WorkerLab): readonly string[] =>
  lab.sent<TaskRequest>('task-request').map(({ batch, request }) => `${batch} #${request}`);

test('a free slot asks for a task at once, and is kept until the answer', () => {
  const lab = up();
  lab.tell(probe('a'), HOME);
  lab.tell(probe('b'), OTHER);
  expect(asks(lab)).toEqual(['a #1']);
  lab.tell({ kind: 'no-task', v: 1, request: 1 } as never, HOME);
  expect(asks(lab)).toEqual(['b #2']);
  lab.run('j', token(1, 1));
  expect(lab.ends()).toEqual(['j refused']);
});

test('places are served in order of coming, one slot at a time', () => {
  const lab = up();
  lab.tell(probe('a', 'place', 2), HOME);
  lab.tell(probe('a', 'place', 2), HOME);
  lab.tell(probe('b'), OTHER);
  const order: string[] = [];
  for (let request = 1; request <= 3; request++) {
    order.push(...asks(lab));
    const from = request < 3 ? HOME : OTHER;
    lab.tell({ kind: 'no-task', v: 1, request } as never, from);
  }
  expect([...order, ...asks(lab)]).toEqual(['a #1', 'a #2', 'b #3']);
});

test('the task that was asked for begins, and its report goes to whom it came from', () => {
  const lab = up();
  lab.lead(1);
  lab.tell(probe('a'), HOME);
  const run = { kind: 'run', v: 1, incarnation: lab.incarnation, epoch: 1, request: 1 };
  const launch = { job: 'j', token: token(1, 1), timeoutUs: SECOND * 9, delivery: 'at-least-once' };
  lab.tell({ ...run, launch: { ...launch, sink: 'none', fenced: true } } as never, HOME);
  lab.machine.advance(SECOND);
  const reports = lab.machine.host.sent.filter(({ message }) => message.kind === 'finished');
  expect(lab.bodies).toEqual(['began j 1.1', 'succeeded j 1.1']);
  expect(reports.map(({ to }) => to)).toEqual([HOME]);
});

test('a task that comes too late is refused, and may come again', () => {
  const lab = up();
  lab.tell(probe('a'), HOME);
  lab.machine.advance(SECOND);
  const run = { kind: 'run', v: 1, incarnation: lab.incarnation, epoch: 1 };
  const launch = { job: 'j', token: token(1, 1), timeoutUs: SECOND * 9, delivery: 'at-least-once' };
  const whole = { ...run, launch: { ...launch, sink: 'none', fenced: true } };
  lab.machine.host.takeMessages();
  lab.tell({ ...whole, request: 1 } as never, HOME);
  expect(lab.sent<Finished>('finished')).toMatchObject([{ how: 'refused', request: 1 }]);
  lab.tell(probe('b'), HOME);
  lab.tell({ ...whole, request: 2 } as never, HOME);
  expect(lab.bodies).toEqual(['began j 1.1']);
});

test('who does not answer is given up, with every place that it took', () => {
  const lab = up();
  for (const batch of ['a', 'b']) lab.tell(probe(batch), HOME);
  lab.tell(probe('c'), OTHER);
  expect(asks(lab)).toEqual(['a #1']);
  lab.machine.advance(SECOND / 2);
  expect(asks(lab)).toEqual(['c #2']);
});

test('a place that is cancelled is not asked for', () => {
  const lab = up();
  lab.run('long', token(1, 1));
  lab.tell(probe('a'), HOME);
  lab.tell(probe('b'), OTHER);
  lab.tell({ kind: 'cancel-probe', v: 1, batch: 'a' } as never, HOME);
  lab.machine.advance(SECOND);
  expect(asks(lab)).toEqual(['b #1']);
});

test('an attempt that was bound waits for its slot, is told of, and may be stopped', () => {
  const lab = up();
  lab.run('one', token(1, 1));
  for (const job of ['two', 'three']) lab.run(job, token(1, 1), { queued: true });
  lab.machine.host.takeMessages();
  lab.tell({ kind: 'roll-call', v: 1, epoch: 1 } as never);
  expect(lab.beats().map(({ holding }: Beat) => holding.map(({ job }) => job))).toEqual([
    ['one', 'two', 'three'],
  ]);
  lab.stop('two', token(1, 1));
  lab.machine.advance(SECOND);
  expect(lab.bodies).toEqual(['began one 1.1', 'succeeded one 1.1', 'began three 1.1']);
});

test('it tells the length of its queue, and that it is no place for other tags', () => {
  const lab = up({ tags: ['gpu'] });
  lab.run('one', token(1, 1));
  lab.tell(probe('a', 'place', 2), HOME);
  lab.tell(probe('b', 'length'), OTHER);
  lab.tell({ ...probe('c'), tags: ['ssd'] } as never, OTHER);
  const answers = lab.sent<ProbeAnswer>('probe-answer');
  expect(answers).toMatchObject([
    { batch: 'b', length: 3, fits: true, tags: ['gpu'] },
    { batch: 'c', fits: false },
  ]);
});

test('one that drains takes no places, and gives back what waits', () => {
  const lab = up({ drainUs: 5 * SECOND });
  lab.run('one', token(1, 1));
  lab.run('two', token(1, 1), { queued: true });
  lab.machine.stop();
  lab.tell(probe('a'), HOME);
  expect(lab.ends()).toEqual(['two refused']);
});

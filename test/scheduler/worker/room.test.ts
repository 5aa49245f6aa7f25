import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import { token, WorkerLab } from './lab.ts';

const ROOM = { cpu: 1_000, memory: 100 };
const asks = (cpu: number, memory = 10) => ({ launch: { resources: { cpu, memory } } });

test('what does not fit beside the bodies at work is refused, however many slots are free', () => {
  const lab = new WorkerLab({ slots: 5, resources: ROOM }).up();
  lab.run('a', token(1, 1), asks(600));
  lab.run('b', token(1, 1), asks(500));
  lab.run('c', token(1, 1), asks(100, 95));
  lab.run('d', token(1, 1), asks(400, 90));
  lab.run('e', token(1, 1));
  expect(lab.bodies).toEqual(['began a 1.1', 'began d 1.1', 'began e 1.1']);
  expect(lab.ends()).toEqual(['b refused', 'c refused']);
  lab.machine.advance(SECOND);
  lab.run('b', token(1, 2), asks(1_000));
  expect(lab.bodies).toContain('began b 1.2');
});

test('a beat tells what is there beside bodies that it can not get rid of', () => {
  const lab = new WorkerLab({ slots: 5, resources: ROOM }).up();
  expect(lab.beats()).toMatchObject([{ capacity: 5, resources: ROOM }]);
  lab.plan = { runUs: 60 * SECOND, outcome: 'succeeded', effects: [], ignoresStop: true };
  lab.run('a', token(1, 1), asks(600));
  lab.run('b', token(1, 1), asks(100));
  lab.stop('a', token(1, 1));
  lab.machine.advance(2 * SECOND);
  expect(lab.beats().at(-1)).toMatchObject({ capacity: 4, resources: { cpu: 400, memory: 90 } });
});

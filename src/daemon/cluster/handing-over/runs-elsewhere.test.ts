import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepClock } from '../../../cluster/testing/step-clock.ts';
import { readLeftRunning, writeLeftRunning, type LeftRunning } from './left-running.ts';
import { RunsElsewhere } from './runs-elsewhere.ts';

const event = (id: number): LeftRunning['events'][number] => ({ account: '000000000000', line: 'f', id });
const left: readonly LeftRunning[] = [
  { host: 'h-1', events: [event(1), event(2)] },
  { host: 'h-2', events: [event(3)] },
];

function watched(): {
  readonly clock: StepClock;
  readonly heard: Set<string>;
  readonly runs: Map<string, Set<number>>;
  readonly released: number[];
  readonly elsewhere: RunsElsewhere;
  readonly hostsChanged: () => void;
} {
  const clock = new StepClock();
  const heard = new Set(['h-1', 'h-2']);
  const runs = new Map([
    ['h-1', new Set([1, 2])],
    ['h-2', new Set([3])],
  ]);
  const released: number[] = [];
  let hostsChanged = (): void => undefined;
  const elsewhere = new RunsElsewhere({
    left,
    clock,
    isHeard: (host) => heard.has(host),
    stillRuns: async (host) => runs.get(host) ?? Promise.reject(new Error('No answer.')),
    release: (events) => void released.push(...events.map(({ id }) => id)),
    onHosts: (listener) => {
      hostsChanged = listener;
      return { [Symbol.dispose]: () => undefined };
    },
  });
  elsewhere.begin();
  return { clock, heard, runs, released, elsewhere, hostsChanged: () => hostsChanged() };
}

test('what another host runs is begun by nobody else until that has told what came of it, or is gone', async () => {
  const { clock, heard, released, elsewhere, hostsChanged } = watched();
  await clock.pass(60_000);
  assert.deepEqual(released, []);
  elsewhere.told(1);
  heard.delete('h-1');
  hostsChanged();
  // What was told is over, and nothing more is to be done for it.
  assert.deepEqual(released, [2]);
  assert.deepEqual(elsewhere.left, [left[1]]);
});

test('what a host does not run any more, as it was started again or could not tell, is found by asking it', async () => {
  const { clock, runs, released } = watched();
  await clock.pass(0);
  runs.get('h-1')?.delete(2);
  await clock.pass(6_000);
  assert.deepEqual(released, [2]);
});

test('who cannot be asked is waited for as long as a function may run, and not for ever', async () => {
  const { clock, runs, released, elsewhere } = watched();
  runs.clear();
  await clock.pass(900_000);
  assert.deepEqual(released, []);
  await clock.pass(100_000);
  assert.deepEqual(released, [1, 2, 3]);
  assert.deepEqual(elsewhere.left, []);
});

test('what is left running is written and read', () => {
  assert.deepEqual(readLeftRunning(writeLeftRunning(left)), left);
  assert.throws(() => readLeftRunning('[{"host":1}]'), { name: 'ProtocolError' });
});

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { isOver, processorTime, timeLimit } from './time-given.ts';

test('time in which a process stood in line for the processor does not count, up to a limit', () => {
  assert.equal(isOver(4_999, 0, 5_000), false);
  assert.equal(isOver(5_000, 0, 5_000), true);
  assert.equal(isOver(20_000, 15_001, 5_000), false);
  assert.equal(isOver(20_000, 15_000, 5_000), true);
  assert.equal(isOver(50_000, 49_000, 5_000), true);
});

for (const [what, program] of [
  ['spins', 'while (true);'],
  ['sleeps', 'setInterval(() => {}, 1_000)'],
] as const)
  test(`a process that ${what} is given its time, and then no more`, async () => {
    await using child = await started(program);
    const begin = performance.now();
    using limit = timeLimit(child.pid, 300);
    await once(limit.signal, 'abort');
    const tookMs = performance.now() - begin;
    // How long it is at most, its part of the processor decides.
    assert.ok(tookMs >= 290, `${tookMs} ms`);
  });

test('the time that a process had and waited for is read of the kernel, and is nothing when it is gone', async () => {
  const spinning = await started('while (true);');
  using limit = timeLimit(spinning.pid, 200);
  await once(limit.signal, 'abort');
  assert.ok((await processorTime(spinning.pid)).hadMs > 20);
  await spinning[Symbol.asyncDispose]();
  assert.deepEqual(await processorTime(spinning.pid), { hadMs: 0, waitedMs: 0 });
});

async function started(program: string): Promise<{ readonly pid: number } & AsyncDisposable> {
  const child: ChildProcess = spawn(process.execPath, ['-e', `process.stdout.write('up'); ${program}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  assert.ok(child.pid !== undefined);
  return {
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}

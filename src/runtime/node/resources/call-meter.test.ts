import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TestedRuntime } from '../testing.ts';

function usedMs(pid: number | undefined): number {
  // proc_pid_schedstat: what the main thread had, ns, and what it stood in line for.
  const [had, waited] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ').map(Number);
  return ((had ?? 0) + (waited ?? 0)) / 1e6;
}

test('the processor time of many brief calls is right in the sum, although few of them are measured', async () => {
  const source = `exports.handler = async () => { const end = performance.now() + 0.3; while (performance.now() < end); };`;
  await using runtime = await TestedRuntime.start({ 'index.js': source });
  await runtime.first();
  for (let call = 0; call < 100; call++) await runtime.invoke();
  const before = usedMs(runtime.process.pid);
  let told = 0;
  for (let call = 0; call < 1_600; call++) told += (await runtime.invoke()).last.cpuMs ?? assert.fail('not told');
  const used = usedMs(runtime.process.pid) - before;
  // Of what is measured, on a loaded machine most is standing in line, which comes in few and long pieces.
  assert.ok(told > 0.6 * used && told < 1.8 * used, `told ${told.toFixed(0)} ms of ${used.toFixed(0)} ms`);
});

test('a call that computes after brief ones is told its own time', async () => {
  const source = `exports.handler = async (ms) => { const end = performance.now() + ms; while (performance.now() < end); };`;
  await using runtime = await TestedRuntime.start({ 'index.js': source });
  await runtime.first('index.handler', 0);
  for (let call = 0; call < 43; call++) await runtime.invoke(0);
  const before = usedMs(runtime.process.pid);
  const { last } = await runtime.invoke(40);
  const used = usedMs(runtime.process.pid) - before;
  assert.ok((last.ranMs ?? 0) >= 40);
  // A machine of which others have a part gives it less than 40 ms, and stands it in no line for that.
  assert.ok((last.cpuMs ?? 0) > 0.8 * used - 1, `${last.cpuMs} of ${used} ms`);
  const startedAt = performance.now();
  const next = await runtime.invoke(0);
  const elapsedMs = performance.now() - startedAt;
  assert.ok((next.last.ranMs ?? Infinity) <= elapsedMs, `${next.last.ranMs} of ${elapsedMs} ms`);
});

test('a call that waits wants hardly any processor', async () => {
  const source = `exports.handler = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;
  await using runtime = await TestedRuntime.start({ 'index.js': source });
  await runtime.first('index.handler', 0);
  const before = usedMs(runtime.process.pid);
  const { last } = await runtime.invoke(100);
  const used = usedMs(runtime.process.pid) - before;
  // On a machine with other load much of that is standing in line, which counts, too.
  const most = 1.3 * used + 5;
  assert.ok(
    (last.ranMs ?? 0) >= 99 && (last.cpuMs ?? Infinity) < most,
    `${last.cpuMs} of ${last.ranMs} ms, used ${used} ms`,
  );
});

test('the peak of memory is that of a call which used much, whichever of many brief ones it comes after', async () => {
  const source = `exports.handler = async (mb) => { Buffer.alloc(mb * 1048576).fill(1); };`;
  for (const brief of [17, 20, 23]) {
    await using runtime = await TestedRuntime.start({ 'index.js': source });
    await runtime.first('index.handler', 0);
    for (let call = 0; call < brief; call++) await runtime.invoke(0);
    const { last } = await runtime.invoke(80);
    assert.ok(last.memoryPeakMb >= 80 && last.memoryPeakMb < 200, `${last.memoryPeakMb} MiB after ${brief}`);
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { limits } from '../../../model/limits.ts';
import { nodes, TestedRuntime } from '../testing.ts';
import { fullHeapMb, growingPercent } from './heap.ts';

test('for every size, what V8 lets a heap grow to and the young generation fit beside what Node needs', () => {
  for (let mb = limits.functionMemoryMbMin; mb <= limits.functionMemoryMbMax; mb *= 2) {
    assert.ok(fullHeapMb(mb) > 0.6 * mb && fullHeapMb(mb) <= mb - 48, `${mb} MB`);
    const percent = growingPercent(mb);
    assert.ok(percent === undefined ? mb >= 2_048 : percent >= 20 && percent < 100, `${mb} MB: ${percent}`);
  }
});

/** Thirty MiB that live, and a call of which two thirds soon are garbage in the old generation. */
const churning = `
  const live = Array.from({ length: 250_000 }, (_, n) => ({ n, name: 'n' + n }));
  const lately = [];
  exports.handler = async () => {
    const made = Array.from({ length: 20_000 }, (_, n) => ({ n, name: 'm' + n, tags: [n] }));
    lately.push(made.slice(0, 2_000));
    if (lately.length > 40) lately.shift();
    return live.length + made.length;
  };`;

for (const [version, node] of Object.entries(nodes)) {
  test(`on Node ${version}, garbage does not bring a function of 128 MB near its limit`, async () => {
    await using runtime = await TestedRuntime.start({ 'index.js': churning }, { node });
    runtime.init({ memoryMb: 128 });
    let mostKib = 0;
    for (let call = 0; call < 600; call++) {
      await runtime.invoke();
      if (call % 10 !== 0) continue;
      const status = readFileSync(`/proc/${runtime.process.pid}/status`, 'latin1');
      mostKib = Math.max(mostKib, Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]));
    }
    assert.ok(mostKib > 30 * 1_024 && mostKib < 110 * 1_024, `${(mostKib / 1_024).toFixed(0)} MiB`);
  });

  test(`on Node ${version}, user code is told what its size gives it, however it asks`, async () => {
    const source = `
      import v8, { getHeapStatistics } from 'node:v8';
      export const handler = async () => {
        const limitMb = (statistics) => statistics.heap_size_limit / 1048576;
        const available = process.availableMemory() / 1048576;
        return [limitMb(v8.getHeapStatistics()), limitMb(getHeapStatistics()), process.constrainedMemory() / 1048576, available];
      };`;
    await using runtime = await TestedRuntime.start({ 'index.mjs': source }, { node });
    runtime.init({ memoryMb: 512 });
    const { value } = await runtime.invoke();
    assert.ok(Array.isArray(value));
    const [byDefault, byName, constrained, available] = value;
    assert.deepEqual([byDefault, byName, constrained], [480, 480, 512]);
    assert.ok(available > 450 && available < 512, `${available} MiB`);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuinfo, meminfo, processorFiles, visibleProcessors } from './machine-view.ts';

test('a function sees as many processors as AWS shows for its memory, where there are so many', () => {
  assert.deepEqual(
    [128, 1_769, 3_538, 3_539, 10_240].map((mb) => visibleProcessors(mb, 64)),
    [2, 2, 2, 3, 6],
  );
  assert.equal(visibleProcessors(10_240, 4), 4);
  assert.equal(visibleProcessors(128, 1), 1);
});

test('files of /proc say what the function may have', () => {
  assert.match(meminfo(512), /^MemTotal: +524288 kB\nMemFree: +499712 kB\nMemAvailable: +499712 kB\n/);
  assert.match(meminfo(512, 100 * 1_048_576), /^MemTotal: +524288 kB\nMemFree: +421888 kB\n/);
  assert.match(meminfo(128, 1e9), /^MemTotal: +131072 kB\nMemFree: +0 kB\n/);
  assert.equal(meminfo(10_240, 0).length, meminfo(128, 1e9).length, 'written over each other');
  assert.deepEqual(processorFiles(1)['online'], '0\n');
  assert.deepEqual(processorFiles(4)['online'], '0-3\n');
  const whole = ['0', '1', '2'].map((n) => `processor\t: ${n}\nflags\t: fpu\n\n`).join('');
  assert.equal(cpuinfo(whole, 2), whole.slice(0, whole.indexOf('processor\t: 2')));
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { hearWhenOnline } from './online-first.ts';

const posts = "const { parentPort } = require('worker_threads'); parentPort.postMessage(1); parentPort.postMessage(2);";

/** Holds this thread for a few milliseconds again and again: then Node mixes up the order by itself. */
function beBusy(): Disposable {
  const timer = setInterval(() => {
    const until = performance.now() + Math.random() * 20;
    while (performance.now() < until);
  }, 5);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

test('a Worker is online before its messages, however busy this thread is', async () => {
  using _busy = beBusy();
  for (let count = 0; count < 30; count++) {
    const worker = new Worker(posts, { eval: true });
    const events: unknown[] = [];
    worker.on('online', () => events.push('online'));
    hearWhenOnline(worker, { onMessage: (value) => events.push(value), onMessageError: assert.fail });
    await once(worker, 'exit');
    assert.deepEqual(events, ['online', 1, 2]);
  }
});

test('what a Worker posts that never is online is told before its exit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-online-'));
  after(() => rmSync(folder, { recursive: true }));
  const preloaded = join(folder, 'preloaded.cjs');
  writeFileSync(preloaded, "require('worker_threads').parentPort.postMessage(1); throw 1;");
  const worker = new Worker('', { eval: true, execArgv: ['--require', preloaded] });
  const events: unknown[] = [];
  worker.on('online', () => events.push('online'));
  worker.on('error', () => events.push('error'));
  hearWhenOnline(worker, { onMessage: (value) => events.push(value), onMessageError: assert.fail });
  await new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  assert.deepEqual(events.toSorted(), [1, 'error']);
});

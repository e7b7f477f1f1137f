import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { remote, type Thread } from '../../src/index.ts';
import type { RunningService } from '../e2e/service.ts';
import { useService } from './harness.ts';
import type * as Inline from './fixtures/inline.ts';

const file = join(import.meta.dirname, 'fixtures', 'inline.ts');

describe('threads that a thread starts where there is no room for them', () => {
  const module = remote<typeof Inline>(file, { output: 'silent', timeoutMs: 60_000 });
  let service: RunningService;
  let held: Thread<unknown>[] = [];
  before(async () => {
    // It holds four containers: one is left for the parent.
    service = await useService('host', '--memory', '1400M', '--queue-wait', '10s');
    held = Array.from({ length: 3 }, () => module.hold.spawn());
    await Promise.all(held.map((thread) => thread.start));
  });
  after(() => service[Symbol.asyncDispose]());

  test('have their own port and thread-local values, and tell how they started', async () => {
    const { ms, ...told } = Object(await module.talks());
    assert.ok(ms > 0, `${ms} ms`);
    assert.deepEqual(told, {
      posted: ['heard', new Map([['key', 1n]])],
      path: 'reused-container',
      here: true,
      before: 'nobody',
      after: 'child',
      parent: 'parent',
    });
  });

  test('fail as they would elsewhere', async () => {
    const [thrown, ofFunction, notCloneable] = (await module.fails()).map(Object);
    assert.deepEqual(
      [thrown.kind, thrown.remoteName, thrown.message, thrown.own],
      ['throw', 'RangeError', 'no such point', true],
    );
    assert.ok(thrown.remoteStack.includes(`${file}:`), thrown.remoteStack);
    assert.deepEqual([ofFunction.remoteName, ofFunction.message], ['TypeError', 'of a function']);
    assert.equal(notCloneable.kind, 'not-cloneable');
  });

  test('are asked to stop, and waited for no longer, by a time-out or a cancel', async () => {
    assert.deepEqual(await module.stops(), {
      late: 'timeout',
      state: 'running',
      cancelled: true,
      kind: 'cancelled',
      ended: false,
      result: 'asked',
      reasons: ['The thread was ended after 20 ms (timeoutMs).', 'enough', 'please'],
    });
  });

  test('hear of signals among their arguments', async () => {
    const [reason, ...rest] = await module.signals();
    assert.ok(reason instanceof RangeError && reason.message === 'enough', String(reason));
    assert.deepEqual(rest, [true, true]);
  });

  test('stream, and their finally runs', async () => {
    assert.deepEqual(await module.streams(), { taken: 100, last: 99, stopped: ['countUp'], name: 'nobody' });
  });

  test('fail for want of room where they ask for a process of their own', async () => {
    assert.deepEqual(await module.wants(), Array(5).fill('capacity'));
  });

  test('may be of a pool, or in a scope', async () => {
    assert.deepEqual(await module.pools(), [2, 4, 6, 8]);
    assert.equal(await module.scopes(), 8);
  });

  test('end what they have started', async () => {
    assert.deepEqual(await module.nests(), ['AbortError: This operation was aborted']);
  });
});

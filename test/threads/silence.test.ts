import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { shutdown } from '../../src/index.ts';
import type { RunningService } from '../e2e/service.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { useService, work } from './harness.ts';

let service: RunningService;
before(async () => {
  service = await useService('host');
});
after(() => service[Symbol.asyncDispose]());

test('a connection that has gone silent is given up by both ends, and the session goes on with another one', async () => {
  await shutdown();
  await using proxy = await cuttingProxy(service.url);
  process.env['HEDDLE_URL'] = proxy.url;
  try {
    const thread = work().waitForPost.spawn();
    await once(thread.port, 'message');
    proxy.freeze();
    thread.port.postMessage('said into the silence');
    assert.equal(await thread, 'said into the silence');
    assert.equal(proxy.connections, 2);
  } finally {
    await shutdown();
    process.env['HEDDLE_URL'] = service.url;
  }
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { EndedNodes } from '../../image/node/ended-nodes.ts';
import { systemClock } from '../../model/clock.ts';
import { endedRuntimes } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { guarded } from '../guard.ts';
import { bundleOf, call, initOf, load, testConfiguration } from '../guest-fixture.ts';
import { boot } from '../guest/boot.ts';
import { testPlaces } from '../testing/places.ts';
import { createHostDriver } from './driver.ts';

test('an instance that runs already takes functions of ended runtimes, by Nodes that were fetched for them', async (t) => {
  await using places = await testPlaces();
  const signal = AbortSignal.timeout(180_000);
  const driver = guarded(createHostDriver(places));
  const configuration = testConfiguration();
  await driver.prepare(configuration, () => undefined, signal);
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  t.after(() => guest.destroy());
  const nodes = new EndedNodes(join(places.cache, 'guest'), () => undefined, signal);
  for (const runtime of endedRuntimes) {
    assert.equal(nodes.has(runtime), false);
    await nodes.ensure(runtime);
    assert.equal(nodes.has(runtime), true);
    const callback = await guest.makeContainer(runtime, signal);
    const { sha256, files } = bundleOf(`
      exports.handler = (event, context, done) => {
        context.callbackWaitsForEmptyEventLoop = false;
        setInterval(() => {}, 1_000);
        setTimeout(() => done(null, [process.version, process.execPath, typeof context.getRemainingTimeInMillis()]), 5);
      };`);
    const bundle = { sha256, bytes: 1, files: files.map((file) => ({ ...file, path: 'index.js' })) };
    await callback.load(sha256, () => Promise.resolve(bundle), initOf());
    const [version, path, left] = Object(await call(callback));
    assert.match(version, new RegExp(`^v${/\d+/.exec(runtime)?.[0]}\\.`));
    assert.deepEqual([path, left], ['/var/lang/bin/node', 'number']);
    const later = await guest.makeContainer(`${runtime}/128`, signal);
    await load(later, `export const handler = async (event) => ({ ...event, at: import.meta.url });`);
    assert.deepEqual(await call(later, { a: 1 }), { a: 1, at: 'file:///var/task/index.mjs' });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { guarded } from '../guard.ts';
import { load, testConfiguration } from '../guest-fixture.ts';
import { boot } from '../guest/boot.ts';
import { testPlaces } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';

/** Fills `/tmp` until it is full. */
const filler = `
  import fs from 'node:fs';
  export const handler = async () => {
    const part = Buffer.alloc(4_194_304, 1);
    const file = fs.openSync('/tmp/file', 'w');
    for (;;) fs.writeSync(file, part);
  };`;

test('a sandbox that uses more memory than it may is killed by the host, which says why', async (t) => {
  await using places = await testPlaces();
  const made = createGvisorDriver(places);
  // Never told that its containers may have anything.
  const driver = guarded({
    ...made,
    start: async (...args) => ({ ...(await made.start(...args)), allowMemory: () => undefined }),
  });
  const signal = AbortSignal.timeout(600_000);
  const verdict = await driver.probe(signal);
  if (!verdict.works) return t.skip(verdict.evidence);
  const configuration = testConfiguration();
  await driver.prepare(configuration, () => undefined, signal);
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  try {
    for (const container of guest.firstContainers) {
      await load(container, filler, { memoryMb: 1_024 });
      container
        .invoke({
          requestId: 'request',
          timeoutMs: 60_000,
          payload: Buffer.from('"x"'),
          onStarted: () => undefined,
          onLog: () => undefined,
        })
        .catch(() => undefined);
    }
    const exit = await guest.exited;
    assert.equal(exit.expected, false);
    assert.match(exit.detail, new RegExp(`its limit is ${instanceOverheadMb + 192}`));
  } finally {
    await guest.destroy();
  }
});

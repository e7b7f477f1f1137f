import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { configurationFor, instanceMemoryMb } from '../../model/configuration.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../boot.ts';
import { guarded } from '../guard.ts';
import { load } from '../guest-fixture.ts';
import { testPlaces } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';

/** Fills `/tmp`, which is memory that no process maps: the agent cannot see it, the host can. */
const filler = `
  import fs from 'node:fs';
  export const handler = async (name) => {
    const part = Buffer.alloc(4_194_304, 1);
    const file = fs.openSync('/tmp/' + name, 'w');
    for (let n = 0; n < 120; n++) fs.writeSync(file, part);
    return true;
  };`;

test('a sandbox that uses more memory than it may is killed by the host, which says why', async (t) => {
  await using places = await testPlaces();
  const driver = guarded(createGvisorDriver(places));
  const signal = AbortSignal.timeout(600_000);
  const verdict = await driver.probe(signal);
  if (!verdict.works) return t.skip(verdict.evidence);
  // One container by its size, three by what is made: more than the instance has memory for.
  const configuration = { ...configurationFor('nodejs24.x', 256), containersMax: 1, blankContainers: 2 };
  await driver.prepare(configuration, () => undefined, signal);
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  try {
    for (const container of guest.firstContainers) {
      await load(container, filler);
      container
        .invoke({
          requestId: 'request',
          deadlineWallMs: Date.now() + 60_000,
          payload: Buffer.from('"x"'),
          onStarted: () => undefined,
          onLog: () => undefined,
        })
        .catch(() => undefined);
    }
    const exit = await guest.exited;
    assert.equal(exit.expected, false);
    assert.match(exit.detail, new RegExp(`its limit is ${instanceMemoryMb(configuration) + 192}`));
  } finally {
    await guest.destroy();
  }
});

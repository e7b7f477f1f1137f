import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../boot.ts';
import { guarded } from '../guard.ts';
import { call, load, testConfiguration } from '../guest-fixture.ts';
import { processesMarked, treeOf } from '../processes.ts';
import { testPlaces } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';
import { findSentry } from './sentry.ts';

const clockReader = `export const handler = async () => Date.now();`;

test('a sandbox that rests takes no processor time, goes on at once, and knows what time it is', async (t) => {
  await using places = await testPlaces();
  const driver = guarded(createGvisorDriver(places));
  const signal = AbortSignal.timeout(600_000);
  const verdict = await driver.probe(signal);
  if (!verdict.works) return t.skip(verdict.evidence);
  const configuration = testConfiguration({ blanks: { 'nodejs24.x': 1 } });
  await driver.prepare(configuration, () => undefined, signal);
  const instanceId = newId('i');
  const guest = await boot(driver, { instanceId, configuration }, systemClock, signal);
  try {
    const [outermost] = (await processesMarked({ HEDDLE_INSTANCE: instanceId }))
      .map(({ pid }) => pid)
      .toSorted((a, b) => a - b);
    const sentry = await findSentry(outermost ?? assert.fail('no process'));
    const fields = async (): Promise<string[]> =>
      (await readFile(`/proc/${sentry?.pid}/stat`, 'latin1')).replace(/^.*\) /s, '').split(' ');
    const ticks = async (): Promise<number> => Number((await fields())[11]) + Number((await fields())[12]);
    guest.rest();
    while ((await fields())[0] !== 'T') await wait(5, undefined, { signal });
    const before = await ticks();
    await wait(2_000);
    assert.equal(await ticks(), before);
    guest.wake();
    const [container] = guest.firstContainers;
    assert.ok(container);
    await load(container, clockReader);
    const sentAt = Date.now();
    const wall = Number(await call(container));
    assert.ok(wall >= sentAt - 50 && wall <= Date.now() + 50, `${wall - sentAt} ms off`);
    guest.wake();
    guest.rest();
    guest.rest();
    assert.ok((await treeOf(outermost ?? 0)).length > 1);
  } finally {
    await guest.destroy();
  }
  assert.deepEqual(await processesMarked({ HEDDLE_INSTANCE: instanceId }), [], 'also one that rests is destroyed');
});

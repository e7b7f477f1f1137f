import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import type { CarriedConnection } from '../../model/network.ts';
import { connecting, TestedNetwork } from '../conformance/standing-still.ts';
import { guarded } from '../guard.ts';
import type { Guest, GuestContainer } from '../guest.ts';
import { boot } from '../guest/boot.ts';
import { call, severalRuntimes } from '../guest-fixture.ts';
import { testPlaces } from '../testing/places.ts';
import { createEmulatedDriver } from './testing.ts';

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = guarded(createEmulatedDriver(places));
const verdict = await driver.probe(AbortSignal.timeout(600_000));
const configuration = severalRuntimes;
const broken = ['destroyed', 'ECONNRESET', 'EPIPE'];

describe(
  'connections of a virtual machine',
  { skip: verdict.works ? false : verdict.evidence, timeout: 900_000 },
  () => {
    const signal = AbortSignal.timeout(600_000);
    before(() => driver.prepare(configuration, () => undefined, signal), { timeout: 900_000 });

    /** A guest whose code holds a connection, and the service's end of that. */
    const holding = async (): Promise<{
      readonly guest: Guest;
      readonly container: GuestContainer;
      readonly outer: CarriedConnection;
      readonly folder: string;
    }> => {
      const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
      const [container] = guest.firstContainers;
      assert.ok(container !== undefined);
      const network = new TestedNetwork();
      const connected = Promise.withResolvers<CarriedConnection>();
      network.onConnect = (connection) => {
        connected.resolve(connection);
        connection.write('hello');
      };
      await connecting(container, network);
      assert.equal(await call(container, { deed: 'hold' }), 'hello');
      await mkdir(places.home, { recursive: true });
      return { guest, container, outer: await connected.promise, folder: await mkdtemp(join(places.home, 'saved-')) };
    };

    test('that is paused to disk: both sides know, and new ones are made when it goes on', async () => {
      const { guest, container, outer, folder } = await holding();
      try {
        const closed = new Promise((resolve) => outer.once('close', resolve));
        await guest.moves?.pause(folder, signal);
        await closed;
        await guest.moves?.resume(signal);
        assert.ok(broken.includes(String(await call(container, { deed: 'look' }))));
        assert.equal(await call(container, { deed: 'fate' }), 'ECONNRESET');
        assert.equal(await call(container, { deed: 'hold' }), 'hello');
      } finally {
        await guest.destroy();
      }
    });

    test('that is forked: it keeps its own, forks find them reset and make theirs', async () => {
      const { guest, container, outer, folder } = await holding();
      const forks = (await guest.moves?.fork(container, 2, folder, signal)) ?? [];
      try {
        assert.equal(forks.length, 2);
        const heard = new Promise((resolve) => outer.once('data', (word) => resolve(String(word))));
        assert.equal(await call(container, { deed: 'look' }), 'sent');
        assert.equal(await heard, '?');
        for (const fork of forks) {
          fork.goOn({ network: new TestedNetwork() });
          assert.ok(broken.includes(String(await call(fork.container, { deed: 'look' }))));
          assert.equal(await call(fork.container, { deed: 'hold' }), 'hello');
        }
      } finally {
        await Promise.all([guest, ...forks.map((fork) => fork.guest)].map((one) => one.destroy()));
      }
    });
  },
);

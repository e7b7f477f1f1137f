import assert from 'node:assert/strict';
import { join } from 'node:path';
import { build } from 'esbuild';
import { systemClock } from '../../../src/model/clock.ts';
import { newId } from '../../../src/model/id.ts';
import type { ContainerNetwork } from '../../../src/model/network.ts';
import { Egress } from '../../../src/egress/egress.ts';
import { SystemNames } from '../../../src/egress/names/host-names.ts';
import { PolicyBook } from '../../../src/egress/policy-book.ts';
import { secretParts } from '../../../src/egress/testing/secret-parts.ts';
import { SessionKeys } from '../../../src/egress/session-keys.ts';
import type { InstanceDriver } from '../../../src/instance/contract.ts';
import { createGvisorDriver } from '../../../src/instance/gvisor/driver.ts';
import { guarded } from '../../../src/instance/guard.ts';
import { boot } from '../../../src/instance/guest/boot.ts';
import { bundleOf, call, initOf, testConfiguration } from '../../../src/instance/guest-fixture.ts';
import { createHostDriver } from '../../../src/instance/host/driver.ts';
import type { Places } from '../../../src/instance/places.ts';
import { processesMarked, treeOf } from '../../../src/instance/processes/processes.ts';
import { testPlaces } from '../../../src/instance/testing/places.ts';
import { machineName } from '../../../src/model/network.ts';
import { recordOf } from '../../../src/store/testing/record-of.ts';
import { Cable } from './cable.ts';
import type { Queried } from './fixtures/pools.ts';

/** Drivers whose instances can be stopped and let go on by signals. */
export const makers: {
  readonly host: (places: Places) => InstanceDriver;
  readonly gvisor: (places: Places) => InstanceDriver;
} = { host: createHostDriver, gvisor: createGvisorDriver };

/** A guest with pools of connections to real servers, that can be moved away from them. */
export interface MovingGuest extends AsyncDisposable {
  /** Opens the pools. `patienceMs`: how long a query may take; 0: for ever. */
  open(patienceMs: number): Promise<void>;
  query(): Promise<Queried>;
  /**
   * Stops the guest, loses all its connections without a word, and lets it go on. `told`: its connections are told before, as the service does.
   * Without it, all is as if there were no such thing. Gives when it went on, on `performance`'s clock.
   */
  move(how: { readonly told: boolean; readonly whileStill?: () => Promise<void> }): Promise<number>;
}

/** Boots one. `servers`: their ports on this machine. */
export async function startMovingGuest(
  driverName: keyof typeof makers,
  servers: { readonly postgres: number; readonly redis: number },
  signal: AbortSignal,
): Promise<MovingGuest> {
  await using undo = new AsyncDisposableStack();
  const places = undo.use(await testPlaces());
  const driver = guarded(makers[driverName](places));
  const configuration = testConfiguration({ blanks: { 'nodejs24.x': 1 } });
  await driver.prepare(configuration, () => undefined, signal);
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  undo.defer(() => guest.destroy());
  const [container] = guest.firstContainers;
  assert.ok(container !== undefined && guest.connections !== undefined);
  const cables = new Set<Cable>();
  undo.defer(() => cables.forEach((cable) => cable.destroy()));
  const network = cabled(networkTo(Object.values(servers)), cables);
  const bundle = bundleOf(await programText());
  await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf(), { network });
  const { connections } = guest;
  const own = undo.move();
  return {
    open: async (patienceMs) => {
      const event = { do: 'open', host: machineName, ...servers, patienceMs };
      assert.equal(await call(container, event), 'open');
    },
    query: async () => {
      const { postgres, redis, ms } = Object(await call(container, { do: 'query' }));
      return { postgres: String(postgres), redis: String(redis), ms: Number(ms) };
    },
    move: async ({ told, whileStill }) => {
      if (told) await connections.part('moved');
      for (const cable of cables) cable.unplug();
      await signalAll(guest.id, 'SIGSTOP');
      await whileStill?.();
      await signalAll(guest.id, 'SIGCONT');
      const wentOnAt = performance.now();
      if (told) connections.join();
      return wentOnAt;
    },
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}

/** As the service has it, for a function that may connect to these ports of this machine. */
function networkTo(ports: readonly number[]): ContainerNetwork {
  const [account, wanted] = [recordOf('f').latest.account, ports.map((port) => `${machineName}:${port}`).join(' ')];
  const egress = new Egress({
    clock: systemClock,
    names: new SystemNames(() => systemClock.now()),
    policies: new PolicyBook({ byDefault: wanted, byAccount: {}, ownAccount: account }),
    own: { accept: undefined, isOwnAddress: () => false, ownPort: undefined },
    keys: new SessionKeys(),
    connectionsMax: 100,
    onLimited: (reason) => assert.fail(reason),
    secrets: secretParts({}),
  });
  return egress.networkFor(recordOf('f').latest);
}

function cabled(network: ContainerNetwork, cables: Set<Cable>): ContainerNetwork {
  const { admits, environment, credentials, ports } = network;
  return {
    ...{ admits, environment, credentials, ports },
    limited: (reason) => network.limited(reason),
    refused: (...how) => network.refused(...how),
    resolve: (...how) => network.resolve(...how),
    away: (still) => network.away?.(still),
    end: () => network.end(),
    connect: (to, connection, note) => {
      const cable = new Cable(connection);
      cables.add(cable);
      network.connect(to, cable, note);
    },
  };
}

async function programText(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/pools.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['pg-native', 'cloudflare:sockets'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? assert.fail('no bundle');
}

async function signalAll(instanceId: string, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const marked = await processesMarked({ HEDDLE_INSTANCE: instanceId });
  for (const pid of await treeOf(Math.min(...marked.map((one) => one.pid)))) process.kill(pid, signal);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { startLocalCluster, type LocalCluster } from '../../src/cluster/local/local-cluster.ts';
import type { LocalHost } from '../../src/cluster/local/local-host.ts';
import { openNamespaces, whyNoNamespaces } from '../../src/cluster/local/namespaces.ts';
import { loopbackNetwork, type LocalNetwork, type NetworkFaults } from '../../src/cluster/local/network.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { findConnection } from '../../src/sdk/connection.ts';

// A cluster for tests: three NATS servers and three `./heddle up --driver host`, each pair on a machine of its own, which is a network namespace where those are allowed.
//
//   await using cluster = await startCluster();
//   const [first, second, third] = cluster.hosts;
//   await first.process.kill();             // kill -9 of a host; cluster.servers[0] lives on
//   await cutOff(cluster, 2);               // nothing reaches machine 2, or comes from there
//
// What needs the network cut says so: `test('…', { skip: whyNoFaults }, …)`.

/** Starting three of everything on a machine that is busy. */
const startMsMax = 240_000;
const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** Why links cannot be cut on this machine; false where they can. */
export const whyNoFaults: string | false = (await whyNoNamespaces()) ?? false;

/** What is not usual about a cluster. */
export interface TestClusterOptions {
  readonly machines?: number;
  /** Loopback where this is not said, and namespaces are not allowed. */
  readonly network?: LocalNetwork['kind'];
  /** Flags of `heddle up` beside the driver's. */
  readonly flags?: readonly string[];
  /** A backup that the servers begin with. */
  readonly restore?: string;
  /** Variables of each host's process. */
  readonly environment?: (n: number, machineFolder: string) => Readonly<Record<string, string>>;
  /** Called with the folder of each machine before anything is in it. */
  readonly prepare?: (machineFolder: string, n: number) => Promise<AsyncDisposable | void>;
}

/** A cluster, and where the tests reach it. */
export interface TestCluster extends LocalCluster {
  /** The links between machines. Throws where they cannot be cut here. */
  readonly faults: NetworkFaults;
  /** A stock AWS client of one host, counted from 0, that tries nothing twice. */
  lambda(n: number): LambdaClient;
  /** Settings for any other stock client of one host. */
  clientOptions(n: number): ClientOptions;
}

/** What every stock client takes. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** Starts a cluster in a temporary folder, and resolves when all of its hosts take requests. Nothing of it is left when it is disposed. */
export async function startCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const signal = AbortSignal.timeout(startMsMax);
  const cache = testCache();
  const environment = options.environment ?? (() => ({}));
  await using undo = new AsyncDisposableStack();
  const machines = options.machines ?? 3;
  const kind = options.network ?? (whyNoFaults === false ? 'namespaces' : 'loopback');
  const network = undo.use(kind === 'namespaces' ? await openNamespaces(machines) : loopbackNetwork(machines));
  const folder = await mkdtemp(join(tmpdir(), 'heddle-cluster-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  for (let n = 0; n < machines; n += 1) {
    const made = await options.prepare?.(join(folder, `host-${n + 1}`), n);
    if (made) undo.use(made);
  }
  const flags = ['--driver', 'host', '--warm', 'nodejs24.x-256=1..1', '--log-level', 'warn', ...(options.flags ?? [])];
  const heddle = [process.execPath, '--disable-warning=ExperimentalWarning', main];
  const report = (): void => undefined;
  const cluster = undo.use(
    await startLocalCluster({
      folder,
      network,
      heddle,
      cache,
      flags,
      environment,
      ...(options.restore !== undefined && { restore: options.restore }),
      port: 0,
      report,
      signal,
    }),
  );
  const clients: LambdaClient[] = [];
  undo.defer(async () => clients.forEach((client) => client.destroy()));
  const running = undo.move();
  return {
    ...cluster,
    get faults() {
      if (network.faults === undefined) throw new Error(`Links cannot be cut here: ${String(whyNoFaults)}`);
      return network.faults;
    },
    lambda: (n) => {
      const client = new LambdaClient(optionsOf(cluster, n));
      clients.push(client);
      return client;
    },
    clientOptions: (n) => optionsOf(cluster, n),
    [Symbol.asyncDispose]: async () => await running.disposeAsync(),
  };
}

function optionsOf(cluster: LocalCluster, n: number): ClientOptions {
  const { url, home } = hostOf(cluster, n);
  const { accessKeyId, secretAccessKey, region } = findConnection(home, {});
  return { endpoint: url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
}

/** One of the hosts, counted from 0. Throws where there are not so many. */
export function hostOf({ hosts }: Pick<LocalCluster, 'hosts'>, n: number): LocalHost {
  const host = hosts[n];
  if (host === undefined) throw new RangeError(`There are ${hosts.length} hosts, and none is number ${n}.`);
  return host;
}

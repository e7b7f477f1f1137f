import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNatsServer } from '../../image/nats-server.ts';
import { testCache } from '../../instance/testing/places.ts';
import type { ClusterSettings } from '../../model/cluster.ts';
import { type NatsAddress, type NatsServerOptions, natsServerConfig, urlHost } from '../nats/config.ts';
import { ensureNatsKeys, type NatsKeys } from '../nats/keys.ts';
import { type NatsServerProcess, startNatsProcess } from '../nats/server-process.ts';
import { untilGroupIsWhole } from '../nats/whole-group.ts';
import { untilJetStreamAnswers } from './jetstream-answers.ts';

/** Getting the program, and starting servers on a machine that is busy. */
const patienceMs = 300_000;

/** One real nats-server on this machine's loopback. */
export interface TestNatsServer {
  readonly name: string;
  /** Where hosts connect, such as `nats://127.0.0.1:14222`. */
  readonly url: string;
  readonly address: NatsAddress;
  readonly running: boolean;
  /** SIGKILL; resolves when it is gone. Its folder stays. */
  kill(): Promise<void>;
  /** Starts it again with what it has on its disk. Resolves when it takes connections. */
  restart(): Promise<void>;
  /** SIGSTOP: it stands still, its connections stay open. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

/** Real servers, and what connects to them; all is gone, with what they stored, when this is disposed. */
export interface TestNats extends AsyncDisposable {
  readonly servers: readonly TestNatsServer[];
  readonly urls: readonly string[];
  readonly keys: NatsKeys;
  /** For a host that belongs to this cluster. */
  readonly settings: ClusterSettings;
  /** Resolves when most servers have found each other and JetStream answers. */
  ready(): Promise<void>;
}

/** Starts one server, or three that are a cluster, with JetStream that is on the disk before it acknowledges. Gives them when JetStream answers. */
export async function startNatsServers(count: 1 | 3): Promise<TestNats> {
  const signal = AbortSignal.timeout(patienceMs);
  const program = await ensureNatsServer(testCache(), () => undefined, signal);
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'heddle-nats-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const keys = await ensureNatsKeys(join(folder, 'keys'));
  const ports = await freePorts(count * 2);
  const addresses = ports.map((port) => ({ host: '127.0.0.1', port }));
  const routes = addresses.slice(count);
  const servers = await Promise.all(
    addresses.slice(0, count).map(async (listen, index) => {
      const name = `n${index + 1}`;
      const route = routes[index];
      const cluster = count === 1 || route === undefined ? {} : { cluster: { name: 'test', listen: route, routes } };
      const options = { name, listen, folder: join(folder, name), ...cluster };
      return undo.use(await RunningServer.start(program.path, options, keys));
    }),
  );
  const urls = servers.map(({ url }) => url);
  const settings: ClusterSettings = {
    servers: urls,
    keyFile: keys.hostsFile,
    hostName: 'test',
    peerHost: '127.0.0.1',
    peerPort: 0,
    replicas: count,
  };
  const ready = (): Promise<void> => untilJetStreamAnswers(settings, AbortSignal.timeout(patienceMs));
  if (count > 1) {
    const restart = async (name: string): Promise<void> => {
      const server = servers.find((each) => each.name === name);
      await server?.kill();
      await server?.restart();
    };
    const { monitoringFile, hostsFile: keyFile } = keys;
    const group = { urls, monitoringFile, keyFile, names: servers.map(({ name }) => name), restart };
    await untilGroupIsWhole(group, signal);
  }
  await ready();
  const stack = undo.move();
  return { servers, urls, keys, settings, ready, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

class RunningServer implements TestNatsServer, AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly address: NatsAddress;
  readonly #start: () => Promise<NatsServerProcess>;
  #process: NatsServerProcess | undefined;

  static async start(program: string, options: NatsServerOptions, keys: NatsKeys): Promise<RunningServer> {
    const start = { program, configFile: `${options.folder}.conf`, config: natsServerConfig(options, keys) };
    const server = new RunningServer(options, () => startNatsProcess(start));
    await server.restart();
    return server;
  }

  private constructor(options: NatsServerOptions, start: () => Promise<NatsServerProcess>) {
    this.name = options.name;
    this.address = options.listen;
    this.url = `nats://${urlHost(options.listen)}`;
    this.#start = start;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  async restart(): Promise<void> {
    if (this.#process !== undefined) throw new Error(`${this.name} runs already.`);
    this.#process = await this.#start();
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.[Symbol.asyncDispose]();
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** Below the ports that the kernel gives to those who connect: nobody takes one of these by chance while its server is being restarted. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { shardOf } from '../../../src/cluster/homes/shards.ts';
import { startNatsServers, type TestNats } from '../../../src/cluster/testing/nats.ts';
import { startTestFrontend } from '../../../src/frontend/testing/test-frontend.ts';
import { zipOf } from '../../../src/frontend/testing/zip-of.ts';
import type { AccessKey } from '../../../src/store/contract.ts';
import type { HostPlan } from './host.ts';

const region = 'eu-west-1';
export const timeoutSeconds = 20;

/** Clients of one host. They try again what was answered with 5xx, as stock clients do. */
export interface HostClients extends Disposable {
  readonly service: { readonly client: LambdaClient };
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly queueUrl: (name: string) => string;
}

/** One host, as a process. */
export interface TestHost {
  readonly id: string;
  readonly url: string;
  readonly home: string;
  clients(maxAttempts?: number): HostClients;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void;
  /** `SIGTERM`: as a service stops. Resolves when it is gone. */
  end(how: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  restart(): Promise<void>;
  /** Shards that it has, as it said last, and the epochs of their leases. */
  readonly here: ReadonlyMap<number, string>;
}

/** Three hosts on three NATS servers, which have the same key and the function `work`. */
export interface TestHosts extends AsyncDisposable {
  readonly nats: TestNats;
  readonly hosts: readonly TestHost[];
  readonly account: string;
  readonly functionArn: string;
  /** Resolves when the account's home is at a host that is wanted. */
  homeIs(wanted: (home: TestHost) => boolean): Promise<TestHost>;
}

/** Starts them. `ledgerPort`: of who is told what runs; `clocksOffMs`: how far each host’s wall clock is off. */
export async function startHosts(ledgerPort: number, clocksOffMs: readonly number[] = []): Promise<TestHosts> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'heddle-homes-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const nats = undo.use(await startNatsServers(3));
  const template = join(folder, 'template');
  const { key, functionArn } = await prepare(template);
  const waiting = new Set<() => void>();
  const moved = (): void => {
    for (const one of waiting) one();
  };
  const hosts = await Promise.all(
    Array.from({ length: 3 }, async (_, n) => {
      const home = join(folder, `host-${n}`);
      await cp(template, home, { recursive: true });
      const host = new Host(
        { settings: nats.settings, home, ledgerPort, replicas: 3, clockOffMs: clocksOffMs[n] ?? 0 },
        key,
        moved,
      );
      undo.defer(() => host.end('SIGKILL'));
      await host.restart();
      return host;
    }),
  );
  const stack = undo.move();
  // Of several the one that is wanted: who stands still does not say that it is the home no longer.
  const homes = (): readonly TestHost[] => hosts.filter(({ here }) => here.has(shardOf(key.account)));
  const homeIs = (wanted: (home: TestHost) => boolean): Promise<TestHost> =>
    new Promise((resolve) => {
      const look = (): void => {
        const home = homes().find((each) => wanted(each));
        if (home === undefined) return;
        waiting.delete(look);
        resolve(home);
      };
      waiting.add(look);
      look();
    });
  return { nats, hosts, homeIs, account: key.account, functionArn, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A home with a key, and the function. */
async function prepare(home: string): Promise<{ readonly key: AccessKey; readonly functionArn: string }> {
  await mkdir(home, { mode: 0o700 });
  await using one = await startTestFrontend({ home });
  const client = one.client();
  const { FunctionArn: functionArn = '' } = await client.send(
    new CreateFunctionCommand({
      FunctionName: 'work',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Timeout: timeoutSeconds,
      Tags: { 'heddle:event-delays': '1ms' },
      Code: { ZipFile: await zipOf({ 'index.js': 'exports.handler = async () => null;' }) },
    }),
  );
  using sqs = closing(new SQSClient(options(one.url, one.key, 1)));
  await sqs.client.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const Destination = `arn:aws:sqs:${region}:${one.key.account}:dead`;
  const DestinationConfig = { OnFailure: { Destination } };
  await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'work', MaximumRetryAttempts: 1, DestinationConfig }),
  );
  return { key: one.key, functionArn };
}

/** The queues `jobs`, which `work` is called by, and `dead`. */
export async function makeQueues({ sqs, service }: HostClients, account: string): Promise<void> {
  const arn = (queue: string): string => `arn:aws:sqs:${region}:${account}:${queue}`;
  await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: String(timeoutSeconds), RedrivePolicy };
  await sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes }));
  await service.client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'work',
      EventSourceArn: arn('jobs'),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
}

class Host implements TestHost {
  readonly home: string;
  readonly #plan: HostPlan;
  readonly #key: AccessKey;
  #process: ChildProcess | undefined;
  here: ReadonlyMap<number, string> = new Map();
  readonly #onMoved: () => void;
  #said: { readonly id: string; readonly url: string } | undefined;

  constructor(plan: HostPlan, key: AccessKey, onMoved: () => void) {
    this.#onMoved = onMoved;
    this.home = plan.home;
    this.#plan = plan;
    this.#key = key;
  }

  get id(): string {
    return this.#said?.id ?? '';
  }

  get url(): string {
    return this.#said?.url ?? '';
  }

  async restart(): Promise<void> {
    const script = join(import.meta.dirname, 'host.ts');
    const args = [...process.execArgv, '--disable-warning=ExperimentalWarning', script, JSON.stringify(this.#plan)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    const gone = once(child, 'exit').then(([code]) => assert.fail(`A host ended with ${code} before it was there.`));
    gone.catch(() => undefined);
    const lines = createInterface(child.stdout);
    const [line] = await Promise.race([once(lines, 'line'), gone]);
    this.#said = JSON.parse(line);
    lines.on('line', (next) => {
      if (this.#process !== child) return;
      const { here }: { readonly here: readonly (readonly [number, string])[] } = JSON.parse(next);
      this.here = new Map(here);
      this.#onMoved();
    });
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    this.#process?.kill(name);
  }

  async end(how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    this.here = new Map();
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(how);
    await gone;
  }

  clients(maxAttempts = 10): HostClients {
    const { url } = this;
    const { account } = this.#key;
    const client = new LambdaClient(options(url, this.#key, maxAttempts));
    const sqs = new SQSClient(options(url, this.#key, maxAttempts));
    const scheduler = new SchedulerClient(options(url, this.#key, maxAttempts));
    return {
      service: { client },
      sqs,
      scheduler,
      queueUrl: (name) => `${url}/${account}/${name}`,
      [Symbol.dispose]: () => {
        for (const one of [client, sqs, scheduler]) one.destroy();
      },
    };
  }
}

function options(
  endpoint: string,
  { accessKeyId, secretAccessKey }: AccessKey,
  maxAttempts: number,
): ConstructorParameters<typeof SQSClient>[0] & object {
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts };
}

function closing<Client extends { destroy(): void }>(client: Client): Disposable & { readonly client: Client } {
  return { client, [Symbol.dispose]: () => client.destroy() };
}

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  GetFunctionConfigurationCommand,
  type CreateFunctionCommandInput,
  type InvokeCommandInput,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { commandOfHosts, hostsOfTests, killAll } from '../many-hosts/hosts-of-tests.ts';

/** A service started as a user starts it, and a stock AWS client for it. */
export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly region: string;
  readonly driver: string;
  readonly home: string;
  /** Of the hosts where there are several, else the same: what runs there is marked with it. */
  readonly homes: readonly string[];
  readonly process: ChildProcess;
  readonly client: LambdaClient;
  /** Everything it wrote to standard error so far. */
  log(): string;
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** The one that it has where nothing else is said. */
const region = 'us-east-1';
const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** For tests to which it does not matter how much is kept warm. A sandbox takes a second of a processor to boot, and a tenth of one to wait. */
export const littleWarm = ['--warm', 'nodejs24.x-256=1..1'] as const;

/** A boot beside other tests takes longer than a caller would wait for room by default. */
const patient = ['--queue-wait', '120s'] as const;

/** A home of its own below the system's temporary folder. Remove it with `rm`. */
export function newHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'heddle-e2e-'));
}

/** `heddle up` with these flags, ready to be called. The home is left there by `kill`, and removed by disposal. */
export async function startHeddle(home: string, ...flags: readonly string[]): Promise<RunningService> {
  return await startHeddleBy([], home, ...flags);
}

/** The same, by a command that becomes what its last arguments say. */
export async function startHeddleBy(
  before: readonly string[],
  home: string,
  ...flags: readonly string[]
): Promise<RunningService> {
  const hosts = hostsOfTests(process.env);
  const all = ['--log-level', 'warn', ...(flags.includes('--queue-wait') ? [] : patient), ...flags];
  const args = hosts ? commandOfHosts(hosts, home, all) : [main, 'up', '--json', '--home', home, '--port', '0', ...all];
  const [command = '', ...others] = [...before, process.execPath, ...args];
  const child = spawn(command, others, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    exited.then(([code]) => {
      throw new Error(`heddle ${args.slice(1).join(' ')} ended with ${code} before it was ready:\n${log}`);
    }),
  ]);
  const ready: { event: string; url: string; driver: string; home: string; homes?: string[]; pids?: number[] } =
    JSON.parse(line);
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    if (signal === 'SIGKILL') await killAll(ready.pids ?? []);
    await exited;
  };
  return {
    url: ready.url,
    region,
    driver: ready.driver,
    home: ready.home,
    homes: ready.homes ?? [ready.home],
    process: child,
    client: await clientOf(ready.url, home),
    log: () => log,
    kill,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await kill('SIGTERM');
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function clientOf(url: string, home: string): Promise<LambdaClient> {
  const profile = parseIni(await readFile(join(home, 'credentials'), 'utf8')).get('heddle');
  const credentials = {
    accessKeyId: profile?.get('aws_access_key_id') ?? '',
    secretAccessKey: profile?.get('aws_secret_access_key') ?? '',
  };
  return new LambdaClient({ endpoint: url, region, credentials, maxAttempts: 1 });
}

/** Deploys CommonJS `code` as function `name`, and waits until it is active. */
export async function deploy(
  { client }: Pick<RunningService, 'client'>,
  name: string,
  code: string,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 10,
      Code: { ZipFile: await zipOf({ 'index.js': code }) },
      ...more,
    }),
  );
  await active({ client }, name);
}

/** Resolves once a function is `Active`, and as it was last updated. Looks often: a waiter of the SDK looks once a second. */
export async function active({ client }: Pick<RunningService, 'client'>, FunctionName: string): Promise<void> {
  for (;;) {
    const seen = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const updates = seen.LastUpdateStatus === 'InProgress';
    if (seen.State === 'Active' && !updates) return;
    assert.ok(updates || seen.State === 'Pending', seen.StateReason);
    await wait(20);
  }
}

/** What an invocation answered, and what Heddle says of it. */
export interface Answer {
  readonly status: number;
  readonly functionError: string | undefined;
  readonly payload: unknown;
  readonly log: string;
  readonly path: string;
  readonly startMs: number;
  readonly instance: string;
  readonly container: string;
}

/** Invokes `name` with `event` through the stock client. */
export async function invoke(
  { client }: Pick<RunningService, 'client'>,
  name: string,
  event: unknown = {},
  more: Partial<InvokeCommandInput> = {},
): Promise<Answer> {
  const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: 'Tail', ...more });
  let headers: Readonly<Record<string, string>> = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      headers = Object(result.response).headers;
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const output = await client.send(command);
  const text = output.Payload?.transformToString() ?? '';
  return {
    status: output.StatusCode ?? 0,
    functionError: output.FunctionError,
    payload: text === '' ? undefined : JSON.parse(text),
    log: Buffer.from(output.LogResult ?? '', 'base64').toString(),
    path: headers['x-heddle-start-path'] ?? '',
    startMs: Number(headers['x-heddle-start-ms']),
    instance: headers['x-heddle-instance'] ?? '',
    container: headers['x-heddle-container'] ?? '',
  };
}

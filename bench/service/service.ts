import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceSnapshot } from '../../src/model/snapshot.ts';
import { type Build, mainOf } from '../builds/build.ts';
import { startPinned } from './process.ts';
import { credentialsIn, sign, signedText } from './sign.ts';

/** A service under test, in a process and a home of its own. It is spoken to by HTTP only, so that any build can be one. */
export interface BenchService extends AsyncDisposable {
  readonly build: Build;
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  /** One signed invocation as text, head and body, as the load generator takes it. Valid for some minutes. */
  invocation(functionName: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** One signed request of SQS's JSON protocol, as text. */
  sqs(operation: string, body: object): Promise<string>;
  /** Sends such a request, and gives its answer. Throws unless it is 200. */
  callSqs(operation: string, body: object): Promise<string>;
  /** Sends one signed request. Throws unless the answer is 2xx. */
  call(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  snapshot(): Promise<ServiceSnapshot>;
  /** What it wrote to standard error so far. */
  log(): string;
}

/** How a service is started. */
export interface ServiceOptions {
  readonly build: Build;
  readonly driver: string;
  /** Its configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A `taskset` list; wherever there is room where it is left out. */
  readonly cpus?: string | undefined;
  /** Kept when the service ends; a new one, removed then, where it is left out. */
  readonly home?: string;
  /** Of Node, before the program. */
  readonly nodeFlags?: readonly string[];
}

/** The path of an invocation of `name`. */
export function invokePath(name: string): string {
  return `/2015-03-31/functions/${name}/invocations`;
}

/** A home for a service. Remove it with `rm`; if the run is interrupted, that is done when this process ends. */
export async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
  if (homes.size === 0)
    process.once('exit', () => homes.forEach((one) => rmSync(one, { recursive: true, force: true })));
  homes.add(home);
  return home;
}

const homes = new Set<string>();

/** The small event that is sent where nothing else is asked for. */
export const smallEvent = '{"n":1,"text":"a small event, as most are"}';

/** Starts `heddle up` and waits until it is ready. */
export async function startService(options: ServiceOptions): Promise<BenchService> {
  const { build, driver, cpus, nodeFlags = [] } = options;
  const home = options.home ?? (await newHome());
  await writeFile(join(home, 'config.json'), JSON.stringify(options.config ?? {}));
  const flags = ['--json', '--home', home, '--port', '0', '--driver', driver, '--log-level', 'warn'];
  const started = await startPinned(cpus, [...nodeFlags, mainOf(build), 'up', ...flags]);
  const ready: { url: string } = JSON.parse(started.firstLine);
  const credentials = await credentialsIn(join(home, 'credentials'));
  const port = Number(new URL(ready.url).port);
  const call: BenchService['call'] = async (method, path, body = '', more = {}) => {
    const url = new URL(path, ready.url);
    const { host: _host, ...headers } = (await sign(credentials, url, method, body, more)).headers;
    const response = await fetch(url, body === '' ? { method, headers } : { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const ofSqs = (operation: string): Readonly<Record<string, string>> => {
    return { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  };
  return {
    build,
    sqs: (operation, body) => signedText(credentials, port, '/', JSON.stringify(body), ofSqs(operation), 'sqs'),
    callSqs: async (operation, body) => {
      const url = new URL('/', ready.url);
      const text = JSON.stringify(body);
      const { host: _host, ...headers } = (await sign(credentials, url, 'POST', text, ofSqs(operation), 'sqs')).headers;
      const response = await fetch(url, { method: 'POST', headers, body: text });
      const said = await response.text();
      if (!response.ok) throw new Error(`${operation} was answered ${response.status}: ${said}`);
      return said;
    },
    port,
    pid: started.pid,
    home,
    call,
    log: () => started.log(),
    invocation: (name, body = smallEvent, more = {}) => signedText(credentials, port, invokePath(name), body, more),
    snapshot: async () => {
      const snapshot: ServiceSnapshot = JSON.parse(await (await call('GET', '/heddle/v1/snapshot')).text());
      return snapshot;
    },
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

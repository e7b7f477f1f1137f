import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ServiceSnapshot } from '../src/model/snapshot.ts';
import { startPinned } from './process.ts';

/** Of services under test. */
export const region = 'us-east-1';

/** A service under test, in a process and a home of its own. */
export interface BenchService extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  /** One signed request as text, head and body, as the load generator takes it. Valid for some minutes. */
  sign(method: string, path: string, body: string): Promise<string>;
  /** Sends one signed request. Throws unless the answer is 2xx. */
  call(method: string, path: string, body?: string): Promise<Response>;
  snapshot(): Promise<ServiceSnapshot>;
}

/** Starts `heddle up` with `config` as its configuration file, pinned to `cpus`, and waits until it is ready. */
export async function startService(cpus: string, driver: string, config: object): Promise<BenchService> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'config.json'), JSON.stringify(config));
  const main = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
  const args = [main, 'up', '--json', '--home', home, '--port', '0', '--driver', driver];
  const started = await startPinned(cpus, args);
  const ready: { url: string } = JSON.parse(started.firstLine);
  const { port } = new URL(ready.url);
  const signer = signerFor(await credentialsIn(join(home, 'credentials')));

  const signed = (method: string, path: string, body: string): Promise<HttpRequest> =>
    sign(signer, new URL(path, ready.url), method, body);
  const call = async (method: string, path: string, body = ''): Promise<Response> => {
    const request = await signed(method, path, body);
    const { host: _host, ...headers } = request.headers;
    const init = body === '' ? { method, headers } : { method, headers, body };
    const response = await fetch(new URL(path, ready.url), init);
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    port: Number(port),
    pid: started.pid,
    home,
    call,
    sign: async (method, path, body) => asText(await signed(method, path, body), path, body),
    snapshot: async () => {
      const response = await call('GET', '/heddle/v1/snapshot');
      const snapshot: ServiceSnapshot = JSON.parse(await response.text());
      return snapshot;
    },
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

async function credentialsIn(file: string): Promise<Credentials> {
  const text = await readFile(file, 'utf8');
  const field = (name: string): string => {
    const value = new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`The service's credentials file has no ${name}.`);
    return value;
  };
  return { accessKeyId: field('aws_access_key_id'), secretAccessKey: field('aws_secret_access_key') };
}

function signerFor(credentials: Credentials): SignatureV4 {
  const sha256 = Hash.bind(null, 'sha256');
  return new SignatureV4({ credentials, region, service: 'lambda', sha256, applyChecksum: true });
}

async function sign(signer: SignatureV4, url: URL, method: string, body: string): Promise<HttpRequest> {
  const request = new HttpRequest({
    method,
    protocol: 'http:',
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  });
  const result = await signer.sign(request);
  return new HttpRequest({ ...request, headers: result.headers });
}

/** One signed request as text, head and body, for a server that knows these credentials. */
export async function signedText(credentials: Credentials, port: number, path: string, body: string): Promise<string> {
  const url = new URL(path, `http://127.0.0.1:${port}`);
  return asText(await sign(signerFor(credentials), url, 'POST', body), path, body);
}

function asText(request: HttpRequest, path: string, body: string): string {
  const head = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${request.method} ${path} HTTP/1.1\r\n${head.join('')}${length}\r\n${body}`;
}

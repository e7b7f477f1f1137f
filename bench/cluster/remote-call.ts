import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { signedHeaders } from '../../src/frontend/testing/signed-headers.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { summarise } from '../statistics.ts';
import type { Credentials } from '../service/sign.ts';

// What it costs that a container is on another host: `./heddle --node bench/cluster/remote-call.ts [ROUNDS]`. Two hosts, each a process with a frontend and a worker manager on
// the driver `host`; the same function under several names: the first host runs one, has the other run another, and asks the other for an echo before it runs the others: as hosts
// ask each other, and by bare TLS, which is the least that a call can take whose container is on another host. One connection, one call after the other, in turns of 50; between them as many bare calls from host to host.

const turn = 50;
const rounds = Number(process.argv[2] ?? 40);
/** Until their code is compiled as well as it will be, hosts get faster. */
const warmUpRounds = 100;
const region = 'eu-west-1';

interface Host {
  readonly process: ChildProcess;
  readonly url: string;
  readonly key: Credentials;
  readonly record: object;
  readonly echoPort: number;
}

async function start(id: string): Promise<Host> {
  const child = fork(new URL('host.ts', import.meta.url), [id], { stdio: 'inherit' });
  const [said] = await once(child, 'message');
  return { process: child, ...said };
}

/** Calls a function; gives how long that took, ms. */
async function call(host: Host, name: string, agent: Agent): Promise<number> {
  const url = new URL(`/2015-03-31/functions/${name}/invocations`, host.url);
  const headers = await signed(host, url);
  const began = performance.now();
  const asked = request(url, { method: 'POST', headers, agent });
  asked.end('{}');
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const part of response) text += String(part);
  assert.equal(text, '{"ok":true}');
  return performance.now() - began;
}

const signatures = new Map<string, Record<string, string>>();

/** Signing is the client's, and not what is measured. */
async function signed({ key, url: at }: Host, url: URL): Promise<Record<string, string>> {
  const headers =
    signatures.get(url.href) ?? (await signedHeaders({ url: at, region, key }, 'POST', url.pathname, '{}'));
  signatures.set(url.href, headers);
  return headers;
}

const hosts = await Promise.all(['h-0000000000000001', 'h-0000000000000002'].map(start));
const [one, other] = hosts;
assert.ok(one !== undefined && other !== undefined);
one.process.send({ record: other.record, echoPort: other.echoPort });
other.process.send({ record: one.record, echoPort: one.echoPort });
const client = new LambdaClient({ endpoint: one.url, region, credentials: one.key, maxAttempts: 1 });
const code = { ZipFile: await zipOf({ 'index.mjs': 'export const handler = async () => ({ ok: true });' }) };
const role = 'arn:aws:iam::123456789012:role/any';
const names = ['here', 'there', 'hop', 'tls'] as const;
for (const name of names)
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Code: code,
    }),
  );
client.destroy();

async function cpuMs(): Promise<number> {
  const each = await Promise.all(hosts.map((host) => told<{ cpuMs: number }>(host, { cpu: true })));
  return each.reduce((sum, { cpuMs: ms }) => sum + ms, 0);
}

async function told<T>({ process: child }: Host, what: object): Promise<T> {
  child.send(what);
  const [said] = await once(child, 'message');
  return said;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const took = { here: [] as number[], there: [] as number[], hop: [] as number[], tls: [] as number[] };
const hops: number[] = [];
const cpu = { here: 0, there: 0, hop: 0, tls: 0 };
for (let round = -warmUpRounds; round < rounds; round++) {
  const { ms: hop } = await told<{ ms: number[] }>(one, { echo: turn });
  if (round >= 0) hops.push(...hop);
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const before = await cpuMs();
    for (let n = 0; n < turn; n++) {
      const ms = await call(one, name, agent);
      if (round >= 0) took[name].push(ms);
    }
    if (round >= 0) cpu[name] += (await cpuMs()) - before;
  }
}
agent.destroy();

const [here, there, hop, tls] = [took.here, took.there, took.hop, took.tls].map(summarise);
assert.ok(here !== undefined && there !== undefined && hop !== undefined && tls !== undefined);
const cpuOf = (name: keyof typeof cpu): number => cpu[name] / (rounds * turn);
const line = (name: string, { p50, p90, p99 }: typeof here): string =>
  `${name.padEnd(16)} p50 ${p50.toFixed(3)} ms  p90 ${p90.toFixed(3)} ms  p99 ${p99.toFixed(3)} ms`;
console.log(line('container here', here));
console.log(line('on another', there));
console.log(line('here, and a hop', hop));
console.log(line('here, and TLS', tls));
console.log(line('bare call', summarise(hops)));
const cpus = names.map((name) => `${name} ${cpuOf(name).toFixed(3)}`).join(', ');
console.log(`processor time of both hosts, ms a call: ${cpus}`);
const ratio = (measured: typeof here): string =>
  `p50 ${(measured.p50 / here.p50).toFixed(2)}  p90 ${(measured.p90 / here.p90).toFixed(2)}`;
for (const [what, measured] of [
  ['another', there],
  ['here and a hop', hop],
  ['here and TLS', tls],
] as const)
  console.log(`ratio of ${what.padEnd(14)} ${ratio(measured)}`);

for (const host of hosts) host.process.send({ over: true });
await Promise.all(hosts.map(({ process: child }) => once(child, 'exit')));

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { decodeBeat } from '../../src/cluster/membership/beat.ts';
import { connectOnce } from '../../src/cluster/transfer/connect-once.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { startCluster } from '../../test/cluster/harness.ts';

// What hosts of a real cluster say to each other for placement, on the wire: `./heddle --node bench/cluster/summary-bytes.ts [SECONDS]`. Three hosts and three NATS servers on this machine, 100 functions;
// first nobody calls, then callers at all hosts call them by chance. Heard by a fourth who only listens: bytes a second of the part of beats that placement has, and the longest time between two of them.

const functions = 100;
const callersOfEach = 3;
const pauseMs = 50;
const seconds = Number(process.argv[2] ?? 30);

interface Heard {
  bytes: number;
  beatBytes: number;
  messages: number;
  lastAt: number;
  longestMs: number;
}

await using cluster = await startCluster({ network: 'loopback' });
const client = cluster.lambda(0);
const code = { ZipFile: await zipOf({ 'index.mjs': 'export const handler = async () => ({ ok: true });' }) };
const shared = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: 'arn:aws:iam::123456789012:role/any' } as const;
const names = Array.from({ length: functions }, (_, n) => `f${n}`);
for (const FunctionName of names)
  await client.send(new CreateFunctionCommand({ FunctionName, ...shared, Code: code, Timeout: 10 }));

const heard = new Map<string, Heard>();
const nats = await connectOnce({ servers: cluster.servers.map(({ url }) => url), keyFile: cluster.keyFile });
nats.subscribe('heddle.beat.*', {
  callback: (error, message) => {
    if (error !== null) return;
    const part = decodeBeat(message.data)?.parts['placement'];
    if (part === undefined) return;
    const host = message.subject.slice('heddle.beat.'.length);
    const now = performance.now();
    const of = heard.get(host) ?? { bytes: 0, beatBytes: 0, messages: 0, lastAt: now, longestMs: 0 };
    of.bytes += part.length;
    of.beatBytes += message.data.length;
    of.messages += 1;
    of.longestMs = Math.max(of.longestMs, now - of.lastAt);
    of.lastAt = now;
    heard.set(host, of);
  },
});

async function listen(what: string): Promise<void> {
  heard.clear();
  const from = performance.now();
  await wait(seconds * 1_000);
  const took = (performance.now() - from) / 1_000;
  for (const [host, { bytes, beatBytes, messages, longestMs }] of heard) {
    const rates = `placement ${(bytes / took).toFixed(0)} B/s, all of its beats ${(beatBytes / took).toFixed(0)} B/s`;
    console.log(`${what}, ${host}: ${rates}, ${messages} messages, longest pause ${longestMs.toFixed(0)} ms`);
  }
}

await listen('nobody calls');
const over = new AbortController();
let answered = 0;
let failed = 0;
const callers = cluster.hosts.flatMap((_, n) =>
  Array.from({ length: callersOfEach }, async () => {
    const lambda = cluster.lambda(n);
    while (!over.signal.aborted) {
      const FunctionName = names[Math.floor(Math.random() * names.length)] ?? assert.fail();
      const called = await lambda.send(new InvokeCommand({ FunctionName })).then(
        () => true,
        () => false,
      );
      if (called) answered += 1;
      else failed += 1;
      await wait(pauseMs);
    }
  }),
);
await wait(5_000);
await listen('called by chance');
over.abort();
await Promise.all(callers);
console.log(`${answered} calls were answered, ${failed} failed`);
await nats.close();

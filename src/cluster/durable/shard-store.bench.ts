/*
 * How many events a shard's home accepts on three NATS servers, beside the store of one machine: the same callers, in turns. Prints medians of rounds, and what an event takes in the log.
 *   ./heddle --node src/cluster/durable/shard-store.bench.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { NewEvent } from '../../store/durable/contracts/events.ts';
import { openDurableStore } from '../../store/durable/open.ts';
import { connectTo } from '../log/testing/connect.ts';
import { TestLease } from '../testing/memory-log.ts';
import { startNatsServers } from '../testing/nats.ts';
import { shardLog } from './shard-log.ts';
import { ShardStore } from './shard-store.ts';

const rounds = 3;
const roundMs = 3_000;
const room = { eventsMax: 10_000_000, bytesMax: 10_000_000_000 };
const folder = await mkdtemp(join(tmpdir(), 'heddle-shard-bench-'));
const nats = await startNatsServers(3);
const connection = await connectTo(nats.settings);
const log = shardLog(connection, 'shard-0', 3);
const logger = pino({ level: 'warn' });
const lease = new TestLease('shard-0', 1n);
const many = await ShardStore.open({ folder: join(folder, 'shard'), log, lease, onLost: () => undefined, logger });
const one = openDurableStore(folder);
let accepted = 0;

function event(n: number): NewEvent {
  const payload = Buffer.from(JSON.stringify({ n, text: 'x'.repeat(100) }));
  return {
    account: '000000000000',
    line: 'f',
    requestId: `request-${n}`,
    acceptedMs: Date.now(),
    payload,
    detail: '{}',
  };
}

/** Accepts and ends events with so many callers; gives how many a second, and how long one took. */
async function round(
  store: DurableStore,
  callers: number,
): Promise<{ readonly rate: number; readonly ms: readonly number[] }> {
  const ms: number[] = [];
  const until = performance.now() + roundMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      const at = performance.now();
      await store.parts.events.accept({ event: event(accepted++), room });
      ms.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { rate: (ms.length * 1_000) / roundMs, ms: ms.toSorted((a, b) => a - b) };
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
for (const callers of [1, 16, 64, 256]) {
  const found = new Map<string, { rates: number[]; p50: number[]; p99: number[] }>();
  for (let n = 0; n < rounds; n += 1)
    for (const [name, store] of [['one machine', one] as const, ['three servers', many] as const]) {
      const { rate, ms } = await round(store, callers);
      const known = found.get(name) ?? { rates: [], p50: [], p99: [] };
      known.rates.push(rate);
      known.p50.push(ms[Math.floor(ms.length / 2)] ?? 0);
      known.p99.push(ms[Math.floor(ms.length * 0.99)] ?? 0);
      found.set(name, known);
    }
  for (const [name, { rates, p50, p99 }] of found)
    process.stdout.write(
      `${callers} callers, ${name}: ${Math.round(median(rates))} a second, p50 ${median(p50).toFixed(2)} ms, p99 ${median(p99).toFixed(2)} ms\n`,
    );
}
const state = many.state();
const manager = await jetstreamManager(connection, { checkAPI: false });
const { state: stream } = await manager.streams.info('HEDDLE_SHARD-0');
process.stdout.write(
  `the log: ${stream.messages} messages, ${stream.bytes} bytes, ${state?.bytesSinceSnapshot} since a snapshot\n`,
);
const before = many.state()?.bytesSinceSnapshot ?? 0;
for (let n = 0; n < 100; n += 1) await many.parts.events.accept({ event: event(accepted++), room });
process.stdout.write(
  `one by one an event takes ${((many.state()?.bytesSinceSnapshot ?? 0) - before) / 100} bytes of the log\n`,
);
const at = performance.now();
const next = new TestLease('shard-0', 2n);
const took = await ShardStore.open({ folder: join(folder, 'next'), log, lease: next, onLost: () => undefined, logger });
process.stdout.write(`another home had it after ${Math.round(performance.now() - at)} ms\n`);
await took[Symbol.asyncDispose]();
await many.drop(new Error('over'));
await one[Symbol.asyncDispose]();
await connection.close();
await nats[Symbol.asyncDispose]();
await rm(folder, { recursive: true, force: true });

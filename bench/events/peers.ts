import { join } from 'node:path';
import { startPostgres } from '../../test/connections/real-servers.ts';
import { runPinned, startPinned } from '../service/process.ts';
import { plainText } from '../service/sign.ts';
import { smallEvent } from '../service/service.ts';
import { summarise } from '../statistics.ts';
import type { Target } from '../rows/starts/warm.ts';

const program = (name: string): string => join(import.meta.dirname, name);

/** What callers measured that have no HTTP between. */
export interface Alone {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs one of the programs that end in `-alone.ts`. */
export async function alone(name: string, ...args: readonly string[]): Promise<Alone> {
  const { tookMs, seconds }: { tookMs: number[]; seconds: number } = JSON.parse(
    await runPinned(undefined, [program(name), ...args]),
  );
  const { p50, p99 } = summarise(tookMs);
  return { perSecond: tookMs.length / seconds, p50Ms: p50, p99Ms: p99 };
}

/** PostgreSQL with fsync, and a table of it as a queue behind HTTP. */
export async function startPostgresPeer(
  stack: AsyncDisposableStack,
  connections: number,
): Promise<{ readonly target: Target; readonly postgresPort: number }> {
  const server = stack.use(await startPostgres('on'));
  const hop = stack.use(await startPinned(undefined, [program('postgres-hop.ts'), `${server.port}`, `${connections}`]));
  const port = Number(hop.firstLine);
  const target = { who: 'PostgreSQL behind HTTP', port, pid: hop.pid, home: '', request: plainText(port, smallEvent) };
  return { target, postgresPort: server.port };
}

/** The SQS-compatible server in memory, with a queue. */
export async function startSqsPeer(stack: AsyncDisposableStack): Promise<Target> {
  const server = stack.use(await startPinned(undefined, [program('sqslite.ts')]));
  const port = Number(server.firstLine);
  const form = (members: Readonly<Record<string, string>>): string => new URLSearchParams(members).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = form({ Action: 'CreateQueue', QueueName: 'jobs', Version: '2012-11-05' });
  const made = await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).text();
  if (!made.includes('<QueueUrl>')) throw new Error(`sqslite made no queue: ${made.slice(0, 500)}`);
  // It knows no other host.
  const QueueUrl = `http://localhost:${port}/queues/jobs`;
  const send = form({ Action: 'SendMessage', QueueUrl, MessageBody: smallEvent, Version: '2012-11-05' });
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: ${headers['content-type']}\r\n`;
  const request = `${head}content-length: ${Buffer.byteLength(send)}\r\n\r\n${send}`;
  return { who: 'sqslite (in memory)', port, pid: server.pid, home: '', request };
}

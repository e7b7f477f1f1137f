import { alone, startPostgresPeer, startSqsPeer, type Alone } from '../events/peers.ts';
import { drainPerSecond, toFirstLine } from '../events/end-to-end.ts';
import type { Line } from '../result.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { newHome, smallEvent, startService } from '../service/service.ts';
import { median, summarise } from '../statistics.ts';
import { eventRequest } from './async.ts';
import { measureInTurns, type Target, type WarmPlan } from './starts/warm.ts';

const connections = 16;

/**
 * What it costs to keep an event on the disk before it is acknowledged, beside PostgreSQL with SKIP LOCKED and an SQS-compatible server that runs
 * here; from there to the first line of code; and how fast a queue is drained.
 */
export const eventsRow: Row = {
  name: 'events',
  about:
    '16 connections: events and messages kept with fsync, beside PostgreSQL and an SQS server in memory; to the first line; drained',
  drivers: ['host'],
  run: async function* ({ builds, driver, full, note }) {
    const [build] = builds;
    if (build === undefined) return;
    const plan: WarmPlan = full
      ? { connections, warmUpAnswers: 20_000, warmUpMs: 10_000, roundMs: 2_000, rounds: 5 }
      : { connections, warmUpAnswers: 8_000, warmUpMs: 3_000, roundMs: 800, rounds: 5 };
    note(
      'elasticmq itself is a program for the JVM that neither npm nor Debian has; sqslite (npm) stands for its class',
    );
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await startService({ build, driver }));
    const { port, pid, home } = service;
    await deploy(service, 'kept');
    // Its events wait: only that they are accepted is measured.
    const none = JSON.stringify({ ReservedConcurrentExecutions: 0 });
    await service.call('PUT', '/2017-10-31/functions/kept/concurrency', none);
    const made: { QueueUrl: string } = JSON.parse(await service.callSqs('CreateQueue', { QueueName: 'jobs' }));
    const { QueueUrl } = made;
    const [, account = ''] = new URL(QueueUrl).pathname.split('/');
    const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: smallEvent }));
    const postgres = await startPostgresPeer(stack, connections);
    const own = (who: string, request: string): Target => ({ who, port, pid, home, request });
    const targets: readonly Target[] = [
      own('Event', await eventRequest(service, 'kept')),
      own('SendMessage', await service.sqs('SendMessage', { QueueUrl, MessageBody: smallEvent })),
      own('SendMessageBatch of 10', await service.sqs('SendMessageBatch', { QueueUrl, Entries })),
      postgres.target,
      await startSqsPeer(stack),
    ];
    const seen = await measureInTurns(targets, plan);
    const line = (what: string, unit: string, value: (who: string, round: Round) => number): Line => ({
      what: `kept, 16 connections: ${what}`,
      unit,
      values: Object.fromEntries(
        [...seen].map(([who, rounds]) => [who, median(rounds.map((round) => value(who, round)))]),
      ),
    });
    yield line('events', 'per s', (who, { perSecond }) => perSecond * (who.endsWith('of 10') ? 10 : 1));
    yield line('p50', 'µs', (_who, { p50Us }) => p50Us);
    yield line('p99', 'µs', (_who, { p99Us }) => p99Us);
    await service.call('DELETE', '/heddle/v1/events?line=kept');
    const { sent, accepted } = await toFirstLine(service, account, full ? 200 : 60);
    yield of('idle: sent to the first line of code, p50', 'ms', summarise(sent).p50);
    yield of('idle: sent to the first line of code, p99', 'ms', summarise(sent).p99);
    yield of('idle: accepted, as its client sees it, to the first line of code, p50', 'ms', summarise(accepted).p50);
    const drained = await drainPerSecond(service, account, full ? 20_000 : 4_000);
    yield {
      what: 'a full queue is drained by a function',
      unit: 'messages per s',
      values: { 'batches of 10': drained },
    };
    yield* aloneLines(postgres.postgresPort, plan);
    const taken = await alone('postgres-alone.ts', `${postgres.postgresPort}`, '16', '3000', 'take');
    const values = { 'PostgreSQL, SKIP LOCKED': taken.perSecond };
    yield { what: 'taken one by one, no code run', unit: 'per s', values };
  },
};

interface Round {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const of = (what: string, unit: string, value: number): Line => ({ what, unit, values: { Event: value } });

/** The store, and PostgreSQL, without HTTP; in turns. */
async function* aloneLines(postgresPort: number, { roundMs, rounds }: WarmPlan): AsyncGenerator<Line> {
  const stores: Alone[] = [];
  const postgres: Alone[] = [];
  for (let round = 0; round < rounds; round += 1) {
    stores.push(await alone('store-alone.ts', await newHome(), `${connections}`, `${roundMs}`));
    postgres.push(await alone('postgres-alone.ts', `${postgresPort}`, `${connections}`, `${roundMs}`, 'insert'));
  }
  const line = (what: string, unit: string, value: (one: Alone) => number): Line => ({
    what: `kept, 16 callers without HTTP: ${what}`,
    unit,
    values: { 'durable store': median(stores.map(value)), PostgreSQL: median(postgres.map(value)) },
  });
  yield line('events', 'per s', ({ perSecond }) => perSecond);
  yield line('p50', 'ms', ({ p50Ms }) => p50Ms);
  yield line('p99', 'ms', ({ p99Ms }) => p99Ms);
}

import { load } from '../load/run.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { invokePath, smallEvent, startService, type BenchService } from '../service/service.ts';
import { median } from '../statistics.ts';
import { linesOf, measureInTurns, type Target, type WarmPlan } from './starts/warm.ts';

const ofEvents = { 'x-amz-invocation-type': 'Event' };

/** One signed asynchronous invocation as text, as the load generator takes it. */
export async function eventRequest(service: BenchService, functionName: string, body?: string): Promise<string> {
  return await service.invocation(functionName, body, ofEvents);
}

/** What a service knows of the events of a function. */
interface EventLine {
  readonly line: string;
  readonly depth: number;
  readonly succeeded: number;
}

async function lineOf(service: BenchService, functionName: string): Promise<EventLine> {
  const { lines }: { lines: EventLine[] } = JSON.parse(await (await service.call('GET', '/heddle/v1/events')).text());
  return lines.find(({ line }) => line === functionName) ?? { line: functionName, depth: 0, succeeded: 0 };
}

/** How long an idle service takes from accepting an event to its end on the disk, milliseconds, one after the other. */
export async function acceptedToEnded(service: BenchService, functionName: string, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const before = (await lineOf(service, functionName)).succeeded;
    const sentAt = performance.now();
    await service.call('POST', invokePath(functionName), smallEvent, ofEvents);
    while ((await lineOf(service, functionName)).succeeded === before);
    took.push(performance.now() - sentAt);
  }
  return took;
}

/** How many events a second are run, when so many wait: from the last that was accepted until none is left. */
export async function drainPerSecond(service: BenchService, functionName: string, events: number): Promise<number> {
  const request = await eventRequest(service, functionName);
  const sentAt = performance.now();
  const plan = { port: service.port, requests: [request], connections: 16, sendMs: 60_000, answersMax: events };
  const answers = await load(plan);
  while ((await lineOf(service, functionName)).depth > 0);
  return answers.status.length / ((performance.now() - sentAt) / 1_000);
}

/** What it costs to accept an event, which is on the disk by then, beside an invocation that is waited for; and how fast events are run. */
export const asyncRow: Row = {
  name: 'async',
  about:
    '16 connections, warm: accepting an event with fsync beside Invoke of the same code, and running what was accepted',
  run: async function* ({ builds, driver, full }) {
    const plan: WarmPlan = full
      ? { connections: 16, warmUpAnswers: 20_000, warmUpMs: 10_000, roundMs: 2_000, rounds: 5 }
      : { connections: 16, warmUpAnswers: 8_000, warmUpMs: 3_000, roundMs: 600, rounds: 5 };
    // Builds of before keep events in memory, a thousand of them.
    const [build] = builds;
    if (build === undefined) return;
    await using service = await startService({ build, driver });
    for (const name of ['echo', 'kept']) await deploy(service, name);
    // Its events wait: only that they are accepted is measured.
    const none = JSON.stringify({ ReservedConcurrentExecutions: 0 });
    await service.call('PUT', '/2017-10-31/functions/kept/concurrency', none);
    const { port, pid, home } = service;
    const targets: readonly Target[] = [
      { who: 'Invoke', port, pid, home, request: await service.invocation('echo') },
      { who: 'Event, accepted only', port, pid, home, request: await eventRequest(service, 'kept') },
    ];
    yield* linesOf(await measureInTurns(targets, plan), '16 connections');
    await service.call('DELETE', '/heddle/v1/events?line=kept');
    const perSecond = await drainPerSecond(service, 'echo', full ? 20_000 : 5_000);
    yield { what: '16 connections: accepted and run', unit: 'per s', values: { Event: perSecond } };
    const idle = median(await acceptedToEnded(service, 'echo', 50));
    yield { what: 'idle: sent to ended, as a client sees it, p50', unit: 'ms', values: { Event: idle } };
  },
};

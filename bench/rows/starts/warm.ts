import { load } from '../../load/run.ts';
import { latencies, rateBetween } from '../../load/rates.ts';
import { type Peer, peerNames, startPeer } from '../../peers/peers.ts';
import type { Context } from '../../row.ts';
import type { Line } from '../../result.ts';
import { deploy } from '../../service/functions.ts';
import { perRequestUs, processorTime } from '../../service/processor-time.ts';
import { smallEvent, startService, type BenchService } from '../../service/service.ts';
import { median } from '../../statistics.ts';
import { startWithContainers } from '../one-container.ts';

/** A server that is up and warm, and what it is asked. */
export interface Target {
  readonly who: string;
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  readonly request: string;
  /** What is there while it is measured, beside the load. */
  readonly beside?: () => Promise<AsyncDisposable>;
}

/** How warm servers are loaded. */
export interface WarmPlan {
  readonly connections: number;
  /** Before the first round, until V8 has compiled what runs: so many answers, or so much time. */
  readonly warmUpAnswers: number;
  readonly warmUpMs: number;
  readonly roundMs: number;
  /** Each server is measured so often, in turns. */
  readonly rounds: number;
  /** `taskset` lists; wherever there is room where they are left out. */
  readonly serverCpus?: string;
  readonly loadCpus?: string;
}

/** What one round gave. */
interface Round {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly processorUs: Readonly<Record<string, number>>;
}

const ofPeer = ({ who, port, pid, request }: Peer): Target => ({ who, port, pid, request, home: '' });

async function ofService(who: string, service: BenchService): Promise<Target> {
  const { port, pid, home } = service;
  return { who, port, pid, home, request: await service.invocation('echo') };
}

/** Starts the peers (where `withPeers`), every build, and with `alone` every build in which only one container can exist. */
export async function startTargets(
  stack: AsyncDisposableStack,
  context: Context,
  plan: WarmPlan,
  { withPeers, alone }: { readonly withPeers: boolean; readonly alone: boolean },
): Promise<readonly Target[]> {
  const { builds, driver } = context;
  const cpus = plan.serverCpus;
  const workers = Math.min(plan.connections, 4);
  const targets: Target[] = [];
  for (const who of withPeers ? peerNames : [])
    targets.push(ofPeer(stack.use(await startPeer(who, workers, smallEvent, cpus))));
  for (const build of builds) {
    const service = stack.use(await startService({ build, driver, cpus }));
    await deploy(service, 'echo');
    targets.push(await ofService(build.name, service));
    if (!alone) continue;
    const single = stack.use(await startWithContainers(build, driver, 1, 'echo', { cpus }));
    targets.push(await ofService(`${build.name}, one container`, single));
  }
  return targets;
}

/** Warms all up, then measures them in turns. */
export async function measureInTurns(targets: readonly Target[], plan: WarmPlan): Promise<Map<string, Round[]>> {
  const { connections, warmUpAnswers, warmUpMs, roundMs, rounds, loadCpus } = plan;
  for (const { port, request } of targets)
    await load({ port, requests: [request], connections, sendMs: warmUpMs, answersMax: warmUpAnswers }, loadCpus);
  const seen = new Map<string, Round[]>(targets.map(({ who }) => [who, []]));
  for (let round = 0; round < rounds; round += 1)
    // Each is the first in its turn: what one leaves behind is not always the same one's.
    for (const target of [...targets.slice(round % targets.length), ...targets.slice(0, round % targets.length)]) {
      await using _beside = await target.beside?.();
      const before = await processorTime(target);
      const { port, request } = target;
      const answers = await load({ port, requests: [request], connections, sendMs: roundMs }, loadCpus);
      const after = await processorTime(target);
      const latency = latencies(answers);
      seen.get(target.who)?.push({
        perSecond: rateBetween(answers, 0, roundMs),
        p50Us: latency.p50 * 1_000,
        p99Us: latency.p99 * 1_000,
        processorUs: perRequestUs(before, after, latency.n),
      });
    }
  return seen;
}

/** The rounds as lines of a table, the median of each number. */
export function* linesOf(seen: ReadonlyMap<string, readonly Round[]>, prefix: string): Generator<Line> {
  const line = (what: string, unit: string, value: (round: Round) => number | undefined): Line => ({
    what: `${prefix}: ${what}`,
    unit,
    values: Object.fromEntries(
      [...seen].map(([who, rounds]) => [who, median(rounds.map((round) => value(round) ?? Number.NaN))]),
    ),
  });
  yield line('throughput', 'per s', ({ perSecond }) => perSecond);
  yield line('p50', 'µs', ({ p50Us }) => p50Us);
  yield line('p99', 'µs', ({ p99Us }) => p99Us);
  yield line('processor time a request', 'µs', ({ processorUs }) => processorUs['all']);
  yield line('… in the service', 'µs', ({ processorUs }) => processorUs['service']);
  yield line('… in instances', 'µs', ({ processorUs }) => processorUs['instances']);
  yield line('… of both in the kernel', 'µs', ({ processorUs }) => processorUs['kernel']);
}

import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits.ts';
import { startMsPromised } from '../../../src/model/invocations/start-path.ts';
import { Invariants } from '../invariants.ts';
import { seededRandom } from '../random.ts';
import { plain, SimulatedService } from '../service.ts';
import { OverTime, type PolicyResult } from './result.ts';
import type { Workload } from './workload.ts';

/** What instances take to make, as measured with gVisor; milliseconds. */
export const bootMs = 660;
const containerMs = 90;
/** Before this nothing is counted: the service has just started. */
export const countedFromMs = 60_000;
const coldStartsMax = 2;

/** Plays a workload to the real warming pool, placement, manager and reaper, on simulated instances within a budget. */
export async function playOnService(workload: Workload, memoryMb: number, seed: number): Promise<PolicyResult> {
  const random = seededRandom(seed);
  const witness = new Invariants(memoryMb, 1 + coldStartsMax);
  const runsMs = new Map<string, number>();
  const service: SimulatedService = new SimulatedService({
    seed,
    witness,
    coldStartsMax,
    concurrency: 1,
    containersMax: 64,
    processors: { count: 2, full: () => false },
    settings: { memoryMb, warm: [1, 8], containerIdleMs: 300_000, surplusIdleMs: 5_000, queueMax: 1_000 },
    world: {
      containerMs: () => containerMs * (0.7 + random()),
      behaviour: ({ requestId }) => ({ ...plain, runMs: runsMs.get(requestId) ?? 10 }),
    },
    startGuest: async (guest) => {
      witness.booting += 1;
      await service.clock.sleep(bootMs * (0.7 + random()));
      witness.booting -= 1;
      const made = guest();
      made.containersLeft = limits.socketChannelsPerInstance - 1 - made.firstContainers.length;
      return made;
    },
  });
  const { clock, known, manager, memory, warming } = service;
  const memoryUsed = new OverTime();
  clock.afterStep = () => {
    witness.check(service);
    memoryUsed.is(memory.usedMb, clock.now());
  };
  const counts = { calls: 0, cold: 0, late: 0, refused: 0 };
  known.restore(workload.before.map(({ fn, usedAt }) => [`${fn.account}\0${fn.name}`, usedAt]));
  for (const { fn } of workload.before) known.deployed(fn);
  for (const { at, fn } of workload.deploys) clock.timer(at, () => known.deployed(fn));
  for (const { at, fn, runMs } of workload.calls)
    clock.timer(at, () => {
      const request = service.request(fn);
      runsMs.set(request.requestId, runMs);
      const counted = at >= countedFromMs;
      if (counted) counts.calls += 1;
      manager.invoke(request, new AbortController().signal).then(
        ({ startPath, startMs }) => {
          runsMs.delete(request.requestId);
          if (counted && startMs >= startMsPromised) counts.late += 1;
          if (counted && startPath === 'cold-instance') counts.cold += 1;
        },
        (error: Error) => {
          assert.equal(error.name, 'CapacityError', String(error.stack));
          if (counted) counts.refused += 1;
        },
      );
    });
  warming.start();
  await clock.advance(workload.endsAt + 30_000);
  const meanMb = memoryUsed.meanUntil(workload.endsAt + 30_000);
  await clock.until(manager.stop(1_000));
  assert.equal(memory.usedMb, 0, 'Memory is still reserved.');
  return { policy: 'what is deployed and used (this build)', ...counts, meanMb, mostMb: memoryUsed.most };
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import type { Behaviour } from '../../../test/simulation/simulated-guest.ts';

/** What a call does: computes for so long where it has a processor to itself, and waits for something else, ms. */
interface Work {
  readonly cpuMs: number;
  readonly waitMs: number;
}

const processors = 2;
/** How much more all take for each that wants a processor and has none: as sandboxes slow each other down. */
const contention = 0.1;

/**
 * A service on two processors, which what runs at once has to share. `workOf` says what a call of a function does. Where calls are not `exact`, they
 * say that they had no processor time at all, as in gVisor until a tick of its clock falls into one.
 */
function busyService(exact: boolean, workOf: (name: string) => Work): SimulatedService {
  const service: SimulatedService = new SimulatedService({
    settings: { memoryMb: 65_536, warm: [1, 1], queueWaitMs: 60_000 },
    containersMax: 64,
    exactCallTimes: exact,
    processors: { count: processors, full: () => false },
    world: {
      behaviour: ({ requestId }): Behaviour => {
        const { cpuMs, waitMs } = workOf(names.get(requestId) ?? '');
        const computing = running(service, (id) => workOf(names.get(id) ?? '').waitMs === 0);
        const wanting = Math.max(1, computing / processors);
        const slowed = cpuMs * wanting * (1 + contention * Math.max(0, computing - processors));
        const runMs = waitMs + slowed;
        // Who stands in line for a processor wants it.
        return {
          ...plain,
          startMs: 0.2,
          initMs: 2,
          runMs,
          share: Math.min(1, slowed / runMs),
          ...(exact ? {} : { toldMs: 0 }),
        };
      },
    },
  });
  return service;
}

const names = new Map<string, string>();

function running(service: SimulatedService, counts: (requestId: string) => boolean): number {
  const containers = service.guests.flatMap(({ alive }) => [...alive]).filter((container) => container.running);
  return containers.filter(({ requests }) => counts(requests.at(-1) ?? '')).length;
}

/** So many callers for so long, each calling again when it is answered. Gives how many were answered in the last half. */
async function closedLoop(service: SimulatedService, name: string, callers: number, ms: number): Promise<number> {
  const fn = functionOf(name, { timeoutMs: 900_000 });
  const until = service.clock.now() + ms;
  const halfAt = until - ms / 2;
  let answered = 0;
  const caller = async (): Promise<void> => {
    while (service.clock.now() < until) {
      await call(service, fn);
      if (service.clock.now() >= halfAt && service.clock.now() <= until) answered += 1;
    }
  };
  const all = Promise.all(Array.from({ length: callers }, caller));
  await service.clock.until(all);
  return answered;
}

function call(service: SimulatedService, fn: ReturnType<typeof functionOf>): Promise<unknown> {
  const request = service.request(fn);
  names.set(request.requestId, fn.name);
  return service.manager.invoke(request, new AbortController().signal);
}

async function ready(service: SimulatedService): Promise<SimulatedService> {
  service.warming.start();
  await service.clock.until(service.warming.ready());
  return service;
}

for (const exact of [true, false])
  describe(exact ? 'calls tell what they wanted' : 'calls tell nothing that is of use', () => {
    test('sixteen callers of a tiny function get no less than one container gives', async () => {
      const service = await ready(busyService(exact, () => ({ cpuMs: 0.2, waitMs: 0 })));
      const answered = await closedLoop(service, 'tiny', 16, 2_000);
      assert.ok(answered >= 0.95 * (1_000 / 0.4), `${answered} in a second, where one container gives ${1_000 / 0.4}`);
    });

    test('sixteen callers of a function that computes get what the processors give, and no container that slows them down', async () => {
      const service = await ready(busyService(exact, () => ({ cpuMs: 50, waitMs: 0 })));
      const answered = await closedLoop(service, 'computes', 16, 20_000);
      assert.ok(answered >= 0.95 * 400, `${answered} in ten seconds, of 400`);
      const made = service.guests.reduce((sum, { alive }) => sum + [...alive].filter(({ loaded }) => loaded).length, 0);
      assert.ok(made <= 4, `${made} containers`);
    });

    test('64 callers of a function that waits are answered as fast as containers can be made', async () => {
      const service = await ready(busyService(exact, () => ({ cpuMs: 1, waitMs: 500 })));
      const begunAt = service.clock.now();
      await service.clock.until(Promise.all(Array.from({ length: 64 }, () => call(service, functionOf('waits')))));
      const tookMs = service.clock.now() - begunAt;
      assert.ok(tookMs <= 2_000, `${tookMs} ms`);
    });

    test('those that wait and those that compute do not starve each other', async () => {
      const work = (name: string): Work => (name === 'waits' ? { cpuMs: 1, waitMs: 500 } : { cpuMs: 50, waitMs: 0 });
      const service = await ready(busyService(exact, work));
      const begunAt = service.clock.now();
      const waiting = Array.from({ length: 32 }, () => call(service, functionOf('waits')));
      const computing = Array.from({ length: 32 }, () => call(service, functionOf('computes')));
      await service.clock.until(Promise.all(waiting));
      const waitedMs = service.clock.now() - begunAt;
      await service.clock.until(Promise.all(computing));
      const computedMs = service.clock.now() - begunAt;
      assert.ok(waitedMs <= 2_500, `those that wait: ${waitedMs} ms`);
      assert.ok(computedMs <= 1.6 * 32 * 25, `those that compute: ${computedMs} ms`);
    });

    test('when what computed begins to wait, more of it soon run at once', async () => {
      let work: Work = { cpuMs: 20, waitMs: 0 };
      const service = await ready(busyService(exact, () => work));
      await closedLoop(service, 'changes', 16, 2_000);
      work = { cpuMs: 1, waitMs: 200 };
      const answered = await closedLoop(service, 'changes', 16, 4_000);
      assert.ok(answered >= 0.8 * 16 * 10, `${answered} in two seconds, of ${16 * 10}`);
    });

    test('calls that compute for minutes all run in the end, and share the processors', async () => {
      const service = await ready(busyService(exact, () => ({ cpuMs: 120_000, waitMs: 0 })));
      const fn = functionOf('long', { timeoutMs: 900_000 });
      const sent = Array.from({ length: 8 }, () => call(service, fn));
      await service.clock.advance(10_000);
      assert.equal(
        running(service, () => true),
        8,
      );
      await service.clock.until(Promise.all(sent));
    });
  });

import type { FunctionVersion } from '../../src/model/functions/function.ts';
import { exponential, pick } from './random.ts';
import { functionOf, type SimulatedService } from './service.ts';

export interface TrafficOptions {
  readonly service: SimulatedService;
  readonly random: () => number;
  readonly requests: number;
  readonly accounts: number;
  readonly functionsPerAccount: number;
  /** Sends one request. */
  readonly send: (fn: FunctionVersion) => void;
}

/** How one function is called; times in milliseconds. */
interface Habit {
  /** Requests at once. */
  readonly burst: number;
  pauseMs(): number;
}

function habitOf(random: () => number): Habit {
  const kind = random();
  if (kind < 0.5) {
    const meanMs = 50 + random() * 2_000;
    return { burst: 1, pauseMs: () => exponential(random, meanMs) };
  }
  if (kind < 0.8) return { burst: 2 + Math.floor(random() * 20), pauseMs: () => exponential(random, 15_000) };
  return { burst: 1 + Math.floor(random() * 4), pauseMs: () => 5_000 };
}

/**
 * Traffic of many accounts: steady, bursty and periodic functions, some updated now and then. Resolves when all
 * requests were sent.
 */
export async function sendTraffic(options: TrafficOptions): Promise<void> {
  const { accounts, functionsPerAccount, random, requests, send, service } = options;
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = requests;
  const call = (fn: FunctionVersion, habit: Habit): void => {
    if (left === 0) return;
    let current = fn;
    if (random() < 0.002) {
      const revision = Number(fn.revisionId.split('-').at(-1)) + 1;
      current = { ...fn, revisionId: `${fn.name}-${revision}` };
      service.manager.retire(fn.account, fn.name, current.revisionId);
    }
    for (let sent = 0; sent < habit.burst && left > 0; sent += 1) {
      left -= 1;
      send(current);
    }
    if (left === 0) resolve();
    else service.clock.timer(habit.pauseMs(), () => call(current, habit));
  };
  for (let a = 0; a < accounts; a += 1)
    for (let f = 0; f < functionsPerAccount; f += 1) {
      const memoryMb = pick(random, [128, 128, 256, 512, 1_024]);
      const timeoutMs = pick(random, [1_000, 3_000]);
      const kinds: Partial<FunctionVersion>[] = [
        { tenancy: 'PER_TENANT' },
        { capacity: { kind: 'variable', ceiling: 3 } },
        { capacity: { kind: 'dedicated' } },
      ];
      const kind = f < 5 ? {} : (kinds[7 - f] ?? {});
      const fn = functionOf(`f${f}`, { account: String(100_000_000_000 + a), memoryMb, timeoutMs, ...kind });
      const habit = habitOf(random);
      service.clock.timer(random() * 5_000, () => call(fn, habit));
    }
  await service.clock.until(promise);
}

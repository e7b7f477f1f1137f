import { appFolder } from '../../src/frontend/dashboard/app-files.ts';
import { Tally } from '../../src/frontend/dashboard/tally.ts';
import { startTestFrontend, type TestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import type { FrontendOptions } from '../../src/frontend/context.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { ContainerSnapshot, InstanceSnapshot } from '../../src/model/snapshot.ts';

/** A frontend with its dashboard, and nothing behind it: its state is what is said. */
export async function startSynthetic(more: Partial<FrontendOptions> = {}): Promise<TestFrontend> {
  const dashboard = { tally: new Tally(systemClock), folder: () => appFolder(testCache()) };
  return await startTestFrontend({ dashboard, ...more });
}

const states = ['idle', 'running', 'idle', 'blank', 'starting', 'running', 'retiring', 'idle'] as const;

/** So many instances of an account and its warming pool, as they could be; others are busy with each `turn`. */
export function manyInstances(count: number, account: string, turn: number): readonly InstanceSnapshot[] {
  return Array.from({ length: count }, (_, n) => instance(n, account, turn));
}

function instance(n: number, account: string, turn: number): InstanceSnapshot {
  // Some of them are allocated, and some made anew, from turn to turn.
  const warm = n % 5 === 0 && (n + turn) % 20 < 15;
  const id = `i-${(n % 25 === 0 ? n + 10_000 * turn : n).toString(36).padStart(8, '0')}`;
  const [ageMs, idleMs] = [60_000 + n * 100, 0];
  const containers = Array.from({ length: 6 }, (_, c): ContainerSnapshot => {
    const state = warm ? 'blank' : (states[(n + c + turn) % states.length] ?? 'idle');
    const holds = state === 'blank' ? {} : { functionName: `function-${n % 40}`, memoryMb: 256 };
    return {
      id: `${id}-${c}`,
      state,
      runtime: 'nodejs24.x',
      ageMs,
      idleMs,
      invocations: Math.floor((turn + c) / 3),
      ...holds,
    };
  });
  return {
    id,
    configuration: 'nodejs24.x',
    state: warm ? 'warm' : 'allocated',
    ...(!warm && { account }),
    ageMs,
    idleMs,
    containers,
  };
}

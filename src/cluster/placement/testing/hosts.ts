import type { Call } from '../decide.ts';
import type { HostFacts, HostState, HostSummary } from '../summary/summary.ts';
import type { PlacementView } from '../view/placement-view.ts';
import type { HostView } from '../view/host-view.ts';

/** What hosts of tests are like. */
export const testFacts: HostFacts = {
  processors: 4,
  functionMbMax: 10_240,
  isolation: 1,
  directChannels: true,
  kinds: ['nodejs24.x', 'python3.13'],
};

export const testState: HostState = {
  takes: true,
  full: false,
  wanted: 0,
  running: 0,
  waiting: 0,
  memoryMb: 8_192,
  memoryFreeMb: 8_192,
  memoryIdleMb: 0,
};

/** What a host of a test says. */
export interface TestHost extends Partial<HostState> {
  readonly facts?: Partial<HostFacts>;
  readonly idle?: number;
  readonly busy?: number;
  readonly warm?: number;
}

export const testCode = 0xabcdef;

/** A host that is there, and has said so. */
export function addHost(
  view: PlacementView,
  id: string,
  { busy = 0, facts, idle = 0, warm = 0, ...state }: TestHost = {},
): HostView {
  const host = view.host(id);
  host.begin({ ...testFacts, ...facts });
  if (idle + busy > 0) host.row('codes', { key: testCode, a: idle, b: busy });
  host.state({ ...testState, ...state }, [warm]);
  host.present = true;
  host.heardAt = 0;
  return host;
}

export function testCall(changes: Partial<Call> = {}): Call {
  const here = { idleHere: 0, blankHere: false };
  return { code: testCode, owner: 1, kind: 'nodejs24.x', memoryMb: 128, weight: 1, thread: false, ...here, ...changes };
}

/** A summary without any tables. */
export function testSummary(state: Partial<HostState> = {}): HostSummary {
  return {
    facts: testFacts,
    state: { ...testState, ...state },
    warm: [0, 0],
    tables: { codes: [], owners: [], provisioned: [] },
  };
}

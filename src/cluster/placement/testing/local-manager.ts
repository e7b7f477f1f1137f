import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import { NoSuchInstanceError } from '../../../model/errors.ts';
import { shortName } from '../../../model/short-name.ts';
import type {
  HostLoad,
  HostStock,
  InstanceMoves,
  Outlook,
  ProvisionedKey,
  ProvisionedPart,
} from '../../../worker-manager/contract.ts';
import type { LocalManager } from '../contract.ts';

/** A function of a test. */
export function testFunction(name: string, changes: Partial<FunctionVersion> = {}): FunctionVersion {
  return {
    account: '123456789012',
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
    revisionId: name,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    codeSha256: 'c2hh',
    codeBytes: 1_000,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: {},
    description: '',
    role: '',
    modifiedAt: 0,
    ...changes,
  };
}

/** A call of it. */
export function testInvocation(fn: FunctionVersion, changes: Partial<Invocation> = {}): Invocation {
  return { function: fn, requestId: crypto.randomUUID(), payload: new Uint8Array(), receivedAt: 0, ...changes };
}

export const testOutcome: InvocationOutcome = {
  result: { ok: true, payload: new Uint8Array() },
  startPath: 'reused-container',
  startMs: 1,
  durationMs: 40,
  cpuMs: 40,
  ranMs: 40,
  memoryPeakMb: 30,
  instanceId: 'i-1',
  containerId: 'c-1',
  log: '',
};

/** A worker manager that says of itself what a test wants, and notes what it is asked for. */
export class TestManager implements LocalManager {
  readonly idle: Map<string, number> = new Map();
  readonly load: { -readonly [key in keyof HostLoad]: HostLoad[key] } = {
    processors: 4,
    wanted: 0,
    running: 0,
    waiting: 0,
    full: false,
    memoryMb: 8_192,
    memoryFreeMb: 8_192,
    memoryIdleMb: 0,
  };
  readonly ran: Invocation[] = [];
  readonly provisionedHere: Map<string, readonly ProvisionedPart[]> = new Map();
  readonly ended: string[] = [];
  run: (invocation: Invocation) => Promise<InvocationOutcome> = async () => testOutcome;
  readonly outlook: Outlook;
  /** Instances that are here, which can be paused. */
  readonly instances: Set<string> = new Set();
  readonly moves: InstanceMoves = {
    can: { pause: 'memory', fork: true },
    pause: async (_, name) => ({ instanceId: this.#instance(name), to: 'memory', bytes: 1, leftMs: 1 }),
    resume: async (_, name) => ({ instanceId: this.#instance(name) }),
    fork: async (_, name) => [{ instanceId: this.#instance(name), containerId: 'c-2', forkIndex: 0 }],
  };
  keptReadyBy: Pick<LocalManager, 'provision' | 'provisioned'> = this;

  constructor() {
    this.outlook = {
      load: this.load,
      idleOf: (fn) => this.idle.get(fn.name) ?? 0,
      holds: (fn) => this.idle.has(fn.name),
      blankFor: () => false,
      needsOf: (fn, tenantId) => needsOf(fn, tenantId),
      stock: () => this.#stock(),
    };
  }

  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    this.ran.push(invocation);
    return await this.run(invocation);
  }

  provision({ functionName }: ProvisionedKey, parts: readonly ProvisionedPart[]): void {
    this.provisionedHere.set(functionName, parts);
  }

  provisioned({ functionName }: ProvisionedKey): ReturnType<LocalManager['provisioned']> {
    const requested = (this.provisionedHere.get(functionName) ?? []).reduce((sum, { count }) => sum + count, 0);
    return { requested, available: requested, status: 'READY' };
  }

  portionsEnded(account: string, program: string, group?: string): void {
    this.ended.push([account, program, group ?? '*'].join(' '));
  }

  prepare: LocalManager['prepare'] = ({ count }) => ({ taken: count, ready: 0, refused: [] });
  refusal = async (): Promise<undefined> => undefined;
  useOf = (): { concurrency: number; memoryMb: number } => ({ concurrency: 0, memoryMb: 0 });
  readiness: LocalManager['readiness'] = () => ({ ready: false, why: 'nothing is', blanks: 0, making: 0 });
  snapshot: LocalManager['snapshot'] = () => ({
    warming: [],
    instances: [],
    queue: { length: 0, max: 0 },
    preparations: [],
  });
  stop = async (): Promise<void> => undefined;
  reserve = (): void => undefined;
  limitsChanged = (): void => undefined;
  retire = (): void => undefined;
  removed = (): void => undefined;
  calledElsewhere = (): void => undefined;

  #instance(name: string): string {
    if (!this.instances.has(name)) throw new NoSuchInstanceError(`There is no ${name}.`);
    return name;
  }

  #stock(): HostStock {
    const codes = Array.from(this.idle, ([name, idle]) => ({ code: codeOf(name), idle, busy: 0 }));
    return { codes, owners: [], warm: new Map([['nodejs24.x', 1]]) };
  }
}

function needsOf(fn: FunctionVersion, tenantId = ''): ReturnType<Outlook['needsOf']> {
  return { code: codeOf(fn.name + tenantId), owner: shortName(fn.account), kind: 'nodejs24.x', memoryMb: fn.memoryMb };
}

function codeOf(name: string): number {
  return shortName(`test\0${name}`);
}

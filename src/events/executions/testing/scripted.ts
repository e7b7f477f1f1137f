import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { operationWire } from '../../../api/executions/operation-wire.ts';
import { readUpdates } from '../../../api/executions/update.ts';
import type { WholeExecution } from '../../../model/executions/execution.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { StartedExecution } from '../../../store/durable/contracts/executions.ts';
import { openDurableStore } from '../../../store/durable/open.ts';
import { Executions } from '../engine.ts';
import type { ExecutionParts } from '../parts.ts';
import { MovableClock } from './movable-clock.ts';

/** What a scripted function is invoked with, and what it may do: AWS's wire format, without its library. */
export interface ScriptedInvocation {
  readonly function: FunctionVersion;
  readonly event: {
    readonly DurableExecutionArn: string;
    readonly CheckpointToken: string;
    readonly InitialExecutionState: { readonly Operations: readonly ScriptedOperation[]; readonly NextMarker: string };
    readonly UpdatedOperationIds: readonly string[];
  };
  readonly signal: AbortSignal;
  /** Sends updates with the token that it has, and takes the next. Gives the operations of the answer by their ids. */
  readonly checkpoint: (
    ...updates: readonly Readonly<Record<string, unknown>>[]
  ) => Promise<ReadonlyMap<string, ScriptedOperation>>;
}

/** AWS's `Operation`, as far as tests look at it. */
export interface ScriptedOperation {
  readonly Id: string;
  readonly Type: string;
  readonly Status: string;
  readonly StepDetails?: { readonly Attempt?: number; readonly Result?: string };
  readonly CallbackDetails?: { readonly CallbackId: string; readonly Result?: string };
  readonly ChainedInvokeDetails?: { readonly Result?: string; readonly Error?: { readonly ErrorMessage?: string } };
}

export type Script = (invocation: ScriptedInvocation) => Promise<unknown>;

/** Executions on a real store, whose functions are scripts. */
export interface ScriptedExecutions extends AsyncDisposable {
  readonly executions: Executions;
  readonly clock: MovableClock;
  readonly functions: Map<string, Script>;
  /** How many invocations ran, and run. */
  readonly invocations: { all: number; running: number; most: number };
  start(name: string, more?: Partial<Parameters<Executions['start']>[0]>): Promise<StartedExecution>;
  ended(started: StartedExecution): Promise<WholeExecution>;
}

const account = '111111111111';

/** Opens executions in a home; what is there goes on. `through`: what they see of the store. */
export async function scriptedExecutions(
  home: string,
  functions: Readonly<Record<string, Script>>,
  clock: MovableClock = new MovableClock(),
  through: (store: ExecutionParts['store']) => ExecutionParts['store'] = (store) => store,
): Promise<ScriptedExecutions> {
  const store = openDurableStore(home);
  const known = new Map(Object.entries(functions));
  const invocations = { all: 0, running: 0, most: 0 };
  const executions = new Executions({
    store: through(store.parts.executions),
    used: () => store.used,
    functions: {
      version: async (owner, name) => (known.has(name) ? functionNamed(name, owner) : undefined),
      chained: async (owner, name) =>
        known.has(name)
          ? { function: functionNamed(name, owner) }
          : { error: { ErrorType: 'ResourceNotFoundException', ErrorMessage: `Function not found: ${name}` } },
    },
    workerManager: {
      async invoke(invocation): Promise<InvocationOutcome> {
        invocations.all++;
        invocations.running++;
        invocations.most = Math.max(invocations.most, invocations.running);
        try {
          return await run(executions, known.get(invocation.function.name), invocation);
        } finally {
          invocations.running--;
        }
      },
    },
    clock,
    logger: pino({ level: 'silent' }),
    newId: randomUUID,
  });
  await executions.begin();
  return {
    executions,
    clock,
    functions: known,
    invocations,
    start: (name, more = {}) =>
      executions.start({
        function: functionNamed(name, account),
        kind: 'function',
        durable: { timeoutSeconds: 31_622_400, retentionDays: 1 },
        name: randomUUID(),
        input: '{}',
        resultBytesMax: 6_291_456,
        ...more,
      }),
    ended: ({ execution }) => executions.ended(execution, new AbortController().signal),
    async [Symbol.asyncDispose]() {
      executions.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** A durable one, unless its name begins with `plain`. */
export function functionNamed(name: string, owner: string = account): FunctionVersion {
  return {
    account: owner,
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:eu-west-1:${owner}:function:${name}`,
    revisionId: 'first',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    codeSha256: 'abc=',
    codeBytes: 10,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: {},
    description: '',
    role: 'arn:aws:iam::123456789012:role/any',
    modifiedAt: 1,
    ...(!name.startsWith('plain') && { durable: { timeoutSeconds: 600, retentionDays: 1 } }),
  };
}

async function run(
  executions: Executions,
  script: Script | undefined,
  { function: fn, payload, cancel = new AbortController().signal }: Invocation,
): Promise<InvocationOutcome> {
  const event: ScriptedInvocation['event'] = JSON.parse(Buffer.from(payload).toString());
  let token = event.CheckpointToken;
  const invocation: ScriptedInvocation = {
    function: fn,
    event,
    signal: cancel,
    async checkpoint(...updates) {
      const said = { token, clientToken: randomUUID() };
      const read = readUpdates({ Updates: updates });
      const answer = await executions.inside.checkpoint(fn.account, event.DurableExecutionArn, said, read);
      token = answer.token ?? '';
      return new Map(answer.operations.map((each) => [each.id, wire(each)]));
    },
  };
  try {
    const answer = await script?.(invocation);
    return outcome({ ok: true, payload: Buffer.from(JSON.stringify(answer) ?? 'null') });
  } catch (error) {
    if (error instanceof ServiceSays) throw error.what;
    const words = { errorType: 'Error', errorMessage: error instanceof Error ? error.message : String(error) };
    return outcome({ ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(words)) });
  }
}

/** Thrown by a script, it is what the service throws in its place. */
export class ServiceSays extends Error {
  readonly what: Error;
  constructor(what: Error) {
    super(what.message);
    this.what = what;
  }
}

function wire(operation: Parameters<typeof operationWire>[0]): ScriptedOperation {
  const text: ScriptedOperation = JSON.parse(JSON.stringify(operationWire(operation, 'seconds')));
  return text;
}

function outcome(result: InvocationOutcome['result']): InvocationOutcome {
  const numbers = { startMs: 1, durationMs: 1, memoryPeakMb: 1 };
  return { result, startPath: 'reused-container', ...numbers, instanceId: 'i-one', containerId: 'c-one', log: '' };
}

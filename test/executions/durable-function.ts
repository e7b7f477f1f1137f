import assert from 'node:assert/strict';
import { join } from 'node:path';
import { build } from 'esbuild';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  paginateGetDurableExecutionHistory,
  type Event,
  type InvokeCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { active } from '../e2e/service.ts';

/** A client of a service, as tests have it. */
export interface Served {
  readonly client: LambdaClient;
}

/** AWS's library as it is published, and the functions of this folder, as one file; made once. */
let bundle: Promise<string> | undefined;

async function bundled(): Promise<string> {
  bundle ??= build({
    entryPoints: [join(import.meta.dirname, 'fixtures/functions.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@aws-sdk/*'],
    write: false,
    logLevel: 'silent',
  }).then(({ outputFiles: [file] }) => file?.text ?? assert.fail('esbuild gave no file.'));
  return await bundle;
}

/** Deploys the function of this folder that a handler names, durable unless it is said otherwise. */
export async function deployDurable(
  { client }: Served,
  handler: string,
  more: {
    readonly name?: string;
    readonly timeoutSeconds?: number;
    readonly durable?: boolean;
    readonly function?: Partial<CreateFunctionCommandInput>;
  } = {},
): Promise<string> {
  const { name = handler, timeoutSeconds = 600, durable = true } = more;
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: `index.${handler}`,
      MemorySize: 256,
      Timeout: 30,
      ...(durable && { DurableConfig: { ExecutionTimeout: timeoutSeconds, RetentionPeriodInDays: 1 } }),
      Code: { ZipFile: await zipOfFunctions() },
      ...more.function,
    }),
  );
  await active({ client }, name);
  return name;
}

/** The functions of this folder, or other code in their place. */
export async function zipOfFunctions(code?: string): Promise<Buffer> {
  return await zipOf({ 'index.js': code ?? (await bundled()) });
}

/** What an invocation of a durable function was answered with. */
export interface DurableAnswer {
  readonly value: unknown;
  readonly functionError: string | undefined;
  readonly arn: string;
}

/** Runs an execution of a function's `$LATEST` to its end. */
export async function execute(
  served: Served,
  name: string,
  event: unknown = {},
  executionName?: string,
): Promise<DurableAnswer> {
  const output = await served.client.send(
    new InvokeCommand({
      FunctionName: `${name}:$LATEST`,
      Payload: JSON.stringify(event),
      ...(executionName !== undefined && { DurableExecutionName: executionName }),
    }),
  );
  return answerOf(output);
}

/** Starts an execution, and gives its ARN. */
export async function begin(
  served: Served,
  name: string,
  event: unknown = {},
  executionName?: string,
): Promise<string> {
  const { DurableExecutionArn, StatusCode } = await served.client.send(
    new InvokeCommand({
      FunctionName: `${name}:$LATEST`,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
      ...(executionName !== undefined && { DurableExecutionName: executionName }),
    }),
  );
  assert.equal(StatusCode, 202);
  return DurableExecutionArn ?? assert.fail('An execution has no ARN.');
}

function answerOf({ Payload, FunctionError, DurableExecutionArn = '' }: InvokeCommandOutput): DurableAnswer {
  const text = Payload?.transformToString() ?? '';
  return { value: JSON.parse(text), functionError: FunctionError, arn: DurableExecutionArn };
}

/** All of an execution's history. */
export async function historyOf({ client }: Served, arn: string, MaxItems?: number): Promise<Event[]> {
  const input = { DurableExecutionArn: arn, IncludeExecutionData: true, ...(MaxItems !== undefined && { MaxItems }) };
  const events: Event[] = [];
  for await (const page of paginateGetDurableExecutionHistory({ client }, input)) events.push(...(page.Events ?? []));
  return events;
}

/** Resolves with the first event of an execution that is wanted. Looks again and again: histories have no stream. */
export async function eventIn(served: Served, arn: string, wanted: (event: Event) => boolean): Promise<Event> {
  for (;;) {
    const { Events = [] } = await served.client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn, IncludeExecutionData: true, MaxItems: 1_000 }),
    );
    const found = Events.find(wanted);
    if (found !== undefined) return found;
    const { Status } = await served.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
    assert.equal(Status, 'RUNNING', 'The execution has ended without the event that is waited for.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What came of an execution, once it has ended. Looks again and again. */
export async function endOf({ client }: Served, DurableExecutionArn: string): Promise<unknown> {
  for (;;) {
    const { Status, Result, Error: error } = await client.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
    if (Status === 'SUCCEEDED') return JSON.parse(Result ?? 'null');
    assert.equal(Status, 'RUNNING', JSON.stringify(error));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Types of events, of what they are about: `StepSucceeded charge`. */
export function told(events: readonly Event[]): string[] {
  return events
    .filter(({ EventType }) => EventType !== 'InvocationCompleted')
    .map(({ EventType = '', Name, SubType }) =>
      [EventType, Name ?? SubType].filter((part) => part !== undefined).join(' '),
    );
}

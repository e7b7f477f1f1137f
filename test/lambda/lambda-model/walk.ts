import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { Lambda, LambdaServiceException, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { answerFaults, errorFaults, hasOwnStatus, type OperationSchema } from './schema.ts';
import type { Step } from './story.ts';

/** How one operation was answered. */
export interface Seen {
  readonly operation: string;
  readonly outcome: 'answered' | 'refused' | 'nothing there' | 'failed';
  /** The error's words, where there was one. */
  readonly message: string;
  /** What is not as the model says. */
  readonly faults: readonly string[];
}

/** An answer as it came, before the SDK has read it. */
interface Wire {
  readonly status: number;
  readonly requestId: unknown;
  readonly json: unknown;
}

/** Calls operations as a user of the SDK does, and holds each answer, as it came, against the model. */
export class Walker {
  readonly #client: Lambda;
  #wire: Wire = { status: 0, requestId: undefined, json: undefined };

  constructor(config: LambdaClientConfig) {
    this.#client = new Lambda({ ...config, maxAttempts: 1 });
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.#wire = await wireOf(Object(result.response));
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
  }

  async take(step: Step, schema: OperationSchema): Promise<Seen> {
    if (step.settled === true) await this.#settled(String(Reflect.get(step.input, 'FunctionName')));
    const { operation } = step;
    try {
      const output: unknown = await this.#call(operation, step.input);
      await drained(Reflect.get(Object(output), 'EventStream'));
      const faults = [...answerFaults(schema, this.#wire.json), ...headFaults(schema, this.#wire)];
      return { operation, outcome: 'answered', message: '', faults };
    } catch (error) {
      if (!(error instanceof LambdaServiceException)) throw error;
      return refusal(step, error, this.#wire.json);
    }
  }

  /** What was answered last. */
  get answer(): unknown {
    return this.#wire.json;
  }

  end(): void {
    this.#client.destroy();
  }

  /** The SDK's method for an operation, by its name. */
  #call(operation: string, input: object): unknown {
    const method: unknown = Reflect.get(this.#client, operation.charAt(0).toLowerCase() + operation.slice(1));
    if (typeof method !== 'function') throw new Error(`The SDK has no method for ${operation}.`);
    return Reflect.apply(method, this.#client, [input]);
  }

  async #settled(FunctionName: string): Promise<void> {
    for (;;) {
      const { State, LastUpdateStatus } = await this.#client.getFunctionConfiguration({ FunctionName });
      if (State !== 'Pending' && LastUpdateStatus !== 'InProgress') return;
      await wait(20);
    }
  }
}

/** Reads the answer, unless it is a stream or the function's own, and puts back what the SDK is to read. */
async function wireOf(response: {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
}): Promise<Wire> {
  const { statusCode: status, headers } = response;
  const requestId = headers['x-amzn-requestid'];
  if (
    headers['content-type'] === 'application/vnd.amazon.eventstream' ||
    headers['x-amz-executed-version'] !== undefined
  )
    return { status, requestId, json: undefined };
  const bytes = await buffer(response.body);
  response.body = Readable.from([bytes]);
  return { status, requestId, json: bytes.length === 0 ? undefined : JSON.parse(bytes.toString()) };
}

function refusal(
  { operation, nothingThere, rightly }: Step,
  { name, message }: LambdaServiceException,
  json: unknown,
): Seen {
  const faults = errorFaults(name, json);
  if (name === 'NotImplementedException') return { operation, outcome: 'refused', message, faults };
  if (rightly?.test(`${name}: ${message}`) === true) return { operation, outcome: 'answered', message, faults };
  const none = nothingThere === true && name.endsWith('NotFoundException');
  if (none) return { operation, outcome: 'nothing there', message, faults };
  return { operation, outcome: 'failed', message: `${name}: ${message}`, faults };
}

function headFaults(schema: OperationSchema, { status, requestId }: Wire): readonly string[] {
  const faults = typeof requestId === 'string' ? [] : ['has no x-amzn-requestid'];
  // Where the status is a member of the answer, it is the service's to choose.
  if (status === schema.status || hasOwnStatus(schema)) return faults;
  return [...faults, `has the status ${status}, not ${schema.status}`];
}

/** A stream of events is read to its end. */
async function drained(stream: unknown): Promise<void> {
  if (!isStream(stream)) return;
  for await (const event of stream) if (typeof event !== 'object') throw new TypeError('An event is no object.');
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

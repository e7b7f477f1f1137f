import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import type { Connection } from './connection.ts';
import { header, ServiceError, serviceError } from './service-error.ts';
import { Shape } from './shape.ts';
import { type OutgoingRequest, SignedHttp } from './signed-http.ts';

/** What can be said of a function when it is made or changed; `timeout` in seconds, `memory` in MB. */
export interface FunctionOptions {
  readonly handler?: string;
  readonly runtime?: string;
  readonly memory?: number;
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How an invocation went, and how its start went. */
export interface InvokeAnswer {
  readonly payload: Uint8Array;
  /** `Unhandled` or `Handled`, where the function failed; then `payload` is the error. */
  readonly functionError: string | undefined;
  readonly requestId: string;
  /** What it printed, the last 4 KiB; '' where that was not asked for. */
  readonly logTail: string;
  readonly startPath: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly instance: string;
  readonly container: string;
}

const functionsPath = '/2015-03-31/functions';

function configurationBody(options: FunctionOptions): Record<string, unknown> {
  return {
    Handler: options.handler,
    Runtime: options.runtime,
    MemorySize: options.memory,
    Timeout: options.timeout,
    Environment: options.environment && { Variables: options.environment },
  };
}

/**
 * The service's HTTP interface: AWS Lambda's operations and Heddle's own. Every method throws UnreachableError where
 * nobody answers, ServiceError where the answer is a refusal.
 */
export class HeddleClient implements Disposable {
  readonly #http: SignedHttp;

  constructor(connection: Connection) {
    this.#http = new SignedHttp(connection);
  }

  async #send(request: OutgoingRequest): Promise<IncomingMessage> {
    const response = await this.#http.send(request);
    if ((response.statusCode ?? 500) >= 300) throw await serviceError(response);
    return response;
  }

  async #json(request: Omit<OutgoingRequest, 'body'>, body?: Record<string, unknown>): Promise<Shape> {
    const response = await this.#send({
      ...request,
      ...(body && { body: Buffer.from(JSON.stringify(body)), headers: { 'content-type': 'application/json' } }),
    });
    const text = (await buffer(response)).toString('utf8');
    return new Shape(text === '' ? {} : JSON.parse(text), `${request.method} ${request.path}`);
  }

  /** Makes a function from a zip file. */
  async createFunction(name: string, zip: Uint8Array, options: FunctionOptions): Promise<Shape> {
    return await this.#json(
      { method: 'POST', path: functionsPath },
      {
        FunctionName: name,
        Role: 'arn:aws:iam::000000000000:role/heddle',
        Code: { ZipFile: Buffer.from(zip).toString('base64') },
        ...configurationBody(options),
      },
    );
  }

  async updateCode(name: string, zip: Uint8Array): Promise<Shape> {
    const path = `${functionsPath}/${encodeURIComponent(name)}/code`;
    return await this.#json({ method: 'PUT', path }, { ZipFile: Buffer.from(zip).toString('base64') });
  }

  async updateConfiguration(name: string, options: FunctionOptions): Promise<Shape> {
    const path = `${functionsPath}/${encodeURIComponent(name)}/configuration`;
    return await this.#json({ method: 'PUT', path }, configurationBody(options));
  }

  /** The function's configuration as AWS Lambda words it, or undefined where there is no such function. */
  async findFunction(name: string): Promise<Shape | undefined> {
    try {
      return await this.#json({ method: 'GET', path: `${functionsPath}/${encodeURIComponent(name)}/configuration` });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All functions, page by page. */
  async *functions(): AsyncGenerator<Shape> {
    let marker = '';
    do {
      const query: Record<string, string> = marker === '' ? {} : { Marker: marker };
      const page: Shape = await this.#json({ method: 'GET', path: functionsPath, query });
      yield* page.list('Functions');
      marker = page.text('NextMarker');
    } while (marker !== '');
  }

  async deleteFunction(name: string): Promise<void> {
    await this.#json({ method: 'DELETE', path: `${functionsPath}/${encodeURIComponent(name)}` });
  }

  /** Runs a function and waits for its answer; `event` only hands it over. A function's error is an answer. */
  async invoke(
    name: string,
    payload: Uint8Array,
    options: { readonly event?: boolean; readonly logTail?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<InvokeAnswer> {
    const response = await this.#send({
      method: 'POST',
      path: `${functionsPath}/${encodeURIComponent(name)}/invocations`,
      headers: {
        'x-amz-invocation-type': options.event === true ? 'Event' : 'RequestResponse',
        ...(options.logTail === true && { 'x-amz-log-type': 'Tail' }),
      },
      body: payload,
      ...(options.signal && { signal: options.signal }),
    });
    return {
      payload: await buffer(response),
      functionError: header(response, 'x-amz-function-error') || undefined,
      requestId: header(response, 'x-amzn-requestid'),
      logTail: Buffer.from(header(response, 'x-amz-log-result'), 'base64').toString('utf8'),
      startPath: header(response, 'x-heddle-start-path'),
      startMs: Number(header(response, 'x-heddle-start-ms') || Number.NaN),
      durationMs: Number(header(response, 'x-heddle-duration-ms') || Number.NaN),
      instance: header(response, 'x-heddle-instance'),
      container: header(response, 'x-heddle-container'),
    };
  }

  /** What the first call of a function would find now: `ready`, and `path`, or `why` not. */
  async readiness(name: string): Promise<Shape> {
    return await this.#json({ method: 'GET', path: `/heddle/v1/functions/${encodeURIComponent(name)}/readiness` });
  }

  /** What the service holds now: a `ServiceSnapshot`, and `configurations`, a list of `ConfigurationSnapshot`. */
  async snapshot(signal?: AbortSignal): Promise<Shape> {
    return await this.#json({ method: 'GET', path: '/heddle/v1/snapshot', ...(signal && { signal }) });
  }

  /** Lines of a function's log, each a JSON object; with `follow`, for as long as the caller listens. */
  async *logs(
    name: string,
    options: {
      readonly since?: string;
      readonly limit?: number;
      readonly follow: boolean;
      readonly signal?: AbortSignal;
    },
  ): AsyncGenerator<Shape> {
    const response = await this.#send({
      method: 'GET',
      path: `/heddle/v1/functions/${encodeURIComponent(name)}/logs`,
      query: {
        ...(options.since !== undefined && { since: options.since }),
        ...(options.limit !== undefined && { limit: String(options.limit) }),
        ...(options.follow && { follow: '1' }),
      },
      ...(options.signal && { signal: options.signal }),
    });
    for await (const line of createInterface({ input: response }))
      if (line !== '') yield new Shape(JSON.parse(line), 'log line');
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }
}

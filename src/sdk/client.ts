import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import type { Connection } from './connection.ts';
import { configurationBody, tagsBody, type FunctionOptions } from './function-options.ts';
import { header, ServiceError, serviceError } from './service-error.ts';
import { Shape } from './shape.ts';
import { type OutgoingRequest, SignedHttp, type SignedService } from './signed-http.ts';

/** How a function is to be run. `execution`: of a durable one, the name of its execution. */
export interface InvokeOptions {
  readonly event?: boolean;
  readonly logTail?: boolean;
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  readonly execution?: string;
  /** Names of policies, or one as JSON: it takes from what the function may. */
  readonly policy?: string;
}

/** How an invocation went, and how its start went. */
export interface InvokeAnswer {
  readonly payload: Uint8Array;
  /** `Unhandled` or `Handled`, where the function failed; then `payload` is the error. */
  readonly functionError: string | undefined;
  readonly requestId: string;
  /** It is the answer that the first request with this idempotency key had. */
  readonly repeated: boolean;
  /** The ARN of the execution, of a durable function. */
  readonly execution: string | undefined;
  /** What it printed, the last 4 KiB; '' where that was not asked for. */
  readonly logTail: string;
  /** That ran: `$LATEST`, or a published one's number; '' where nothing has run yet. */
  readonly version: string;
  readonly startPath: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly instance: string;
  readonly container: string;
}

/** Told how many bytes of a request are on their way, of how many. */
export type OnSent = (bytes: number, total: number) => void;

const functionsPath = '/2015-03-31/functions';
const layersPath = '/2018-10-31/layers';

function versionsPath(layer: string): string {
  return `${layersPath}/${encodeURIComponent(layer)}/versions`;
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

  /** Any request; the body of the answer is to be read. */
  async send(request: OutgoingRequest): Promise<IncomingMessage> {
    const response = await this.#http.send(request);
    if ((response.statusCode ?? 500) >= 300) throw await serviceError(response);
    return response;
  }

  async #json(request: Omit<OutgoingRequest, 'body'>, body?: Record<string, unknown>, onSent?: OnSent): Promise<Shape> {
    const bytes = body && Buffer.from(JSON.stringify(body));
    const response = await this.send({
      ...request,
      ...(bytes && { body: bytes, headers: { 'content-type': 'application/json' } }),
      ...(bytes && onSent && { onSent: (sent: number) => onSent(sent, bytes.byteLength) }),
    });
    const text = (await buffer(response)).toString('utf8');
    return new Shape(text === '' ? {} : JSON.parse(text), `${request.method} ${request.path}`);
  }

  /** Any operation that answers with JSON, or nothing. */
  async json(
    method: 'DELETE' | 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
    query?: Readonly<Record<string, string>>,
    service: SignedService = 'lambda',
  ): Promise<Shape> {
    return await this.#json({ method, path, service, ...(query && { query }) }, body && { ...body });
  }

  /** Makes a function from a zip file. */
  async createFunction(name: string, zip: Uint8Array, options: FunctionOptions, onSent?: OnSent): Promise<Shape> {
    return await this.#json(
      { method: 'POST', path: functionsPath },
      {
        FunctionName: name,
        Code: { ZipFile: Buffer.from(zip).toString('base64') },
        ...configurationBody({ role: 'arn:aws:iam::000000000000:role/heddle', ...options }),
        ...tagsBody(options),
      },
      onSent,
    );
  }

  /** Says anew what is said by tags: what a function's code may connect to counts from its next connection on. `arn`: of the function. */
  async setTags(arn: string, options: Pick<FunctionOptions, 'egress' | 'secrets' | 'policy' | 'tags'>): Promise<void> {
    const body = tagsBody(options);
    const path = `/2017-03-31/tags/${encodeURIComponent(arn)}`;
    if (body.Tags !== undefined) await this.#json({ method: 'POST', path }, { ...body });
  }

  async updateCode(name: string, zip: Uint8Array, onSent?: OnSent): Promise<Shape> {
    const path = `${functionsPath}/${encodeURIComponent(name)}/code`;
    return await this.#json({ method: 'PUT', path }, { ZipFile: Buffer.from(zip).toString('base64') }, onSent);
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

  /** Publishes a new version of a layer, and gives it. */
  async publishLayer(name: string, zip: Uint8Array, description: string): Promise<Shape> {
    const body = { Content: { ZipFile: Buffer.from(zip).toString('base64') }, Description: description };
    return await this.#json({ method: 'POST', path: versionsPath(name) }, body);
  }

  /** All layers with their newest version, or all versions of one, newest first; page by page. */
  async *layers(name?: string): AsyncGenerator<Shape> {
    let marker = '';
    do {
      const query: Record<string, string> = marker === '' ? {} : { Marker: marker };
      const path = name === undefined ? layersPath : versionsPath(name);
      const page: Shape = await this.#json({ method: 'GET', path, query });
      yield* page.list(name === undefined ? 'Layers' : 'LayerVersions');
      marker = page.text('NextMarker');
    } while (marker !== '');
  }

  async deleteLayer(name: string, version: number): Promise<void> {
    await this.#json({ method: 'DELETE', path: `${versionsPath(name)}/${version}` });
  }

  /**
   * Runs a function and waits for its answer; `event` only hands it over. A function's error is an answer. `idempotencyKey`: requests with the same
   * are carried out once within 24 hours, and have the same answer.
   */
  async invoke(name: string, payload: Uint8Array, options: InvokeOptions = {}): Promise<InvokeAnswer> {
    const response = await this.send({
      method: 'POST',
      path: `${functionsPath}/${encodeURIComponent(name)}/invocations`,
      headers: {
        'x-amz-invocation-type': options.event === true ? 'Event' : 'RequestResponse',
        ...(options.logTail === true && { 'x-amz-log-type': 'Tail' }),
        ...(options.idempotencyKey !== undefined && { 'x-heddle-idempotency-key': options.idempotencyKey }),
        ...(options.policy !== undefined && { 'x-heddle-policy': options.policy }),
        ...(options.execution !== undefined && { 'x-amz-durable-execution-name': options.execution }),
      },
      body: payload,
      ...(options.signal && { signal: options.signal }),
    });
    return {
      payload: await buffer(response),
      functionError: header(response, 'x-amz-function-error') || undefined,
      requestId: header(response, 'x-amzn-requestid'),
      repeated: header(response, 'x-heddle-idempotent-replay') === 'true',
      logTail: Buffer.from(header(response, 'x-amz-log-result'), 'base64').toString('utf8'),
      version: header(response, 'x-amz-executed-version'),
      execution: header(response, 'x-amz-durable-execution-arn') || undefined,
      startPath: header(response, 'x-heddle-start-path'),
      startMs: Number(header(response, 'x-heddle-start-ms') || Number.NaN),
      durationMs: Number(header(response, 'x-heddle-duration-ms') || Number.NaN),
      instance: header(response, 'x-heddle-instance'),
      container: header(response, 'x-heddle-container'),
    };
  }

  /** An operation whose request is bytes. */
  async bytes(method: 'POST' | 'PUT', path: string, body: Uint8Array): Promise<void> {
    await this.send({ method, path, body });
  }

  /** What the first call of a function would find now: `ready`, and `path`, or `why` not. */
  async readiness(name: string): Promise<Shape> {
    return await this.#json({ method: 'GET', path: `/heddle/v1/functions/${encodeURIComponent(name)}/readiness` });
  }

  /** What the service holds now: a `ServiceSnapshot`, and `configurations`, a list of `ConfigurationSnapshot`. */
  async snapshot(signal?: AbortSignal): Promise<Shape> {
    return await this.#json({ method: 'GET', path: '/heddle/v1/snapshot', ...(signal && { signal }) });
  }

  /** An operation of Heddle's own interface that has its answer in one JSON object. `path`: below `/heddle/v1`. */
  async admin(
    method: 'DELETE' | 'GET' | 'POST' | 'PUT',
    path: string,
    options: { readonly query?: Record<string, string>; readonly body?: Record<string, unknown> } = {},
  ): Promise<Shape> {
    const { query, body } = options;
    return await this.#json({ method, path: `/heddle/v1${path}`, ...(query && { query }) }, body);
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
    const response = await this.send({
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

import type { Agent as HttpAgent, ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { currentTrace } from './current-trace.ts';
import type { Connection } from './connection.ts';
import { credentialsOf } from './threads/session/service-key.ts';

/** An `import` of it loads Node's fetch, too: 25 ms of a start instead of 2. */
const http = process.getBuiltinModule('node:http');

/** Which of AWS's APIs a request is to: what its signature is scoped to. */
export type SignedService = 'lambda' | 'scheduler' | 'sqs';

/** A request before it is signed. `query` values and `path` are not yet encoded, but for `path`'s parts. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
  /** Told how many bytes of the body are on their way, again and again until they all are. */
  readonly onSent?: (bytes: number) => void;
  /** Lambda's where it is not said. */
  readonly service?: SignedService;
}

/** Inside a function, what its invocation is part of goes on with what it calls, in X-Ray's words and in W3C's. */
function traceHeaders(): Readonly<Record<string, string>> {
  const { _X_AMZN_TRACE_ID: header } = process.env;
  const { traceparent, traceState } = currentTrace();
  return {
    ...(header !== undefined && header !== '' && { 'x-amzn-trace-id': header }),
    ...(traceparent !== undefined && { traceparent }),
    ...(traceState !== undefined && { tracestate: traceState }),
  };
}

/** Nobody answered at the address, or the connection broke. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Bytes of a body that are handed over at a time where somebody wants to know how far it is. */
const partBytes = 65_536;

/** Writes a body as fast as it is taken. */
function writeParts(request: ClientRequest, body: Uint8Array, onSent: (bytes: number) => void): void {
  const next = (at: number): void => {
    onSent(at);
    if (at >= body.byteLength || request.destroyed) return void request.end();
    const end = Math.min(at + partBytes, body.byteLength);
    // An error has its own event.
    request.write(body.subarray(at, end), (error) => {
      if (error === null || error === undefined) next(end);
    });
  };
  next(0);
}

/**
 * HTTP with AWS's Signature Version 4. `node:http` instead of `fetch`, whose time-out for response headers would end
 * invocations that run for longer than five minutes.
 */
export class SignedHttp implements Disposable {
  readonly #url: URL;
  readonly #connection: Connection;
  readonly #signers: Map<SignedService, SignatureV4> = new Map();
  readonly #agent: HttpAgent;

  constructor(connection: Connection) {
    this.#url = new URL(connection.url);
    this.#agent =
      this.#url.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
    this.#connection = connection;
  }

  #signer(service: SignedService): SignatureV4 {
    const known = this.#signers.get(service);
    if (known !== undefined) return known;
    const { region } = this.#connection;
    const sha256 = Hash.bind(null, 'sha256');
    const signer = new SignatureV4({ service, region, credentials: credentialsOf(this.#connection), sha256 });
    this.#signers.set(service, signer);
    return signer;
  }

  /** Resolves with the head of the answer; the body is to be read from it. Throws UnreachableError. */
  async send(outgoing: OutgoingRequest): Promise<IncomingMessage> {
    const body = outgoing.body ?? new Uint8Array();
    const signed = await this.#signer(outgoing.service ?? 'lambda').sign(
      new HttpRequest({
        method: outgoing.method,
        protocol: this.#url.protocol,
        hostname: this.#url.hostname,
        path: outgoing.path,
        query: { ...outgoing.query },
        headers: {
          ...traceHeaders(),
          ...outgoing.headers,
          host: this.#url.host,
          'content-length': String(body.byteLength),
        },
        body,
      }),
      { signingService: outgoing.service ?? 'lambda' },
    );
    const query = new URLSearchParams(outgoing.query).toString();
    const target = new URL(outgoing.path + (query === '' ? '' : `?${query}`), this.#url);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const start = this.#url.protocol === 'https:' ? httpsRequest : http.request;
    const request = start(target, {
      method: outgoing.method,
      headers: signed.headers,
      agent: this.#agent,
      ...(outgoing.signal && { signal: outgoing.signal }),
    })
      .on('response', resolve)
      .on('error', (cause: Error) => {
        if (outgoing.signal?.aborted) return reject(cause);
        const why = 'code' in cause ? String(cause.code) : cause.message;
        reject(new UnreachableError(`No service answers at ${this.#url.origin} (${why}).`, { cause }));
      });
    if (outgoing.onSent === undefined) request.end(body);
    else writeParts(request, body, outgoing.onSent);
    return await promise;
  }

  /** Closes idle connections. */
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

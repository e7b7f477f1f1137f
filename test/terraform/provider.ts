import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { signedHeaders, type Signer } from '../../src/frontend/testing/signed-headers.ts';

/** A JSON object of an answer. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer, as far as Terraform's AWS provider looks at it. */
export interface Answer {
  readonly status: number;
  /** The name of the error, where it is one. */
  readonly error: string | undefined;
  readonly body: Json;
}

/** How often is asked at most until something is as it should be: each time at once, as nothing else is waited for. */
const asksMax = 2_000;

/**
 * Sends what Terraform's AWS provider sends, as that sends it: signed by the SDK for Go, which signs more headers than others do and encodes
 * colons in paths.
 */
export class Provider {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  get region(): string {
    return this.#signer.region;
  }

  /** `path`: with what is encoded in it, and its query. */
  async send(method: string, path: string, body?: object): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const own = {
      'amz-sdk-invocation-id': randomUUID(),
      'amz-sdk-request': 'attempt=1; max=25',
      ...(text !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    };
    const signed = await signedHeaders(this.#signer, method, path, text, { headers: own });
    const headers = { ...signed, 'accept-encoding': 'gzip', 'user-agent': userAgent };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    // `fetch` would normalise the path.
    const { hostname, port } = new URL(this.#signer.url);
    const sending = request({ hostname, port, method, path, headers }, (response) => {
      buffer(response).then((bytes) => {
        const answer: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
        const error = response.headers['x-amzn-errortype'];
        const name = typeof error === 'string' ? error : undefined;
        resolve({ status: response.statusCode ?? 0, error: name, body: Object(answer) });
      }, reject);
    });
    sending.on('error', reject).end(text);
    return await promise;
  }

  /** An answer of that status. */
  async expect(status: number, method: string, path: string, body?: object): Promise<Json> {
    const answer = await this.send(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.error} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** What is read, or undefined where the answer is that there is no such thing, by which the provider knows that it is gone. */
  async find(path: string, ...names: readonly string[]): Promise<Json | undefined> {
    const { status, error, body } = await this.send('GET', path);
    if (status === 404 && ['ResourceNotFoundException', ...names].includes(error ?? '')) return undefined;
    assert.equal(status, 200, `GET ${path}: ${error} ${JSON.stringify(body)}`);
    return body;
  }

  /** Reads until it is as it should be, as the provider waits. */
  async until(read: () => Promise<boolean>, what: string): Promise<void> {
    for (let asks = 0; asks < asksMax; asks++) {
      if (await read()) return;
      await setImmediate();
    }
    assert.fail(`${what} never came.`);
  }
}

const userAgent =
  'APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/6.22.0 aws-sdk-go-v2/1.39.6 ua/2.1 os/linux lang/go#1.24.9 md/GOOS#linux md/GOARCH#amd64 api/lambda#1.81.0';

/** A segment of a path as the SDK for Go encodes it. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

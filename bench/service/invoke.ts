import { type BenchService, invokePath, smallEvent } from './service.ts';
import { credentialsIn, sign } from './sign.ts';
import { join } from 'node:path';

/** One answer, with what its headers say about its start. */
export interface Invoked {
  readonly body: string;
  readonly status: number;
  /** The code or its container failed. */
  readonly functionError: string | undefined;
  readonly startPath: string;
  /** From the request's head to user code, by the service's clock. */
  readonly startMs: number;
  /** From here and back. */
  readonly totalMs: number;
}

/** Invokes a function once, whatever comes of it. */
export async function invoke(service: BenchService, name: string, event: string = smallEvent): Promise<Invoked> {
  const url = new URL(invokePath(name), `http://127.0.0.1:${service.port}`);
  const credentials = await credentialsIn(join(service.home, 'credentials'));
  const { host: _host, ...headers } = (await sign(credentials, url, 'POST', event)).headers;
  const sentAt = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body: event });
  const body = await response.text();
  return {
    body,
    status: response.status,
    functionError: response.headers.get('x-amz-function-error') ?? undefined,
    startPath: response.headers.get('x-heddle-start-path') ?? 'unknown',
    startMs: Number(response.headers.get('x-heddle-start-ms') ?? Number.NaN),
    totalMs: performance.now() - sentAt,
  };
}

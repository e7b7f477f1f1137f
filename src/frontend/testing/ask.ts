import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What is asked, as it goes over the wire; `fetch` would not let a test say the host, or an odd path. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The answer to it. */
export interface Told {
  readonly status: number;
  /** Those of one name are joined as by `fetch`, but for `set-cookie`. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Each line, name and value. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Sends one request to where `url` is and reads all of its answer. Rejects where the connection breaks before its end. */
export async function ask(url: string, { method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Told> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const sent = request({ hostname, port, method, path, headers: { ...headers }, agent: false }, (response) => {
    const { statusCode: status = 0, headers: got, rawHeaders } = response;
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
    buffer(response).then((bytes) => resolve({ status, headers: got, lines, body: bytes.toString() }), reject);
  });
  sent.on('error', reject).end(body);
  return promise;
}

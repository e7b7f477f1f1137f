import type { Scope } from '../api/function-ref.ts';

/** One operation of an API; one a file. */
export interface Operation {
  /** As the API names it; in refusals and logs. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** With `:parameters`. */
  readonly path: string;
  readonly bodyBytesMax: number;
  run(request: ApiRequest): Promise<ApiReply>;
}

/** An authenticated request. */
export interface ApiRequest {
  /** Whose request it is: every operation is about this account's things only. */
  readonly scope: Scope;
  readonly requestId: string;
  /** When its headers arrived, on the service's clock. */
  readonly receivedAt: number;
  readonly body: Buffer;
  /** `http://127.0.0.1:4333`: how the client reached the service. */
  readonly origin: string;
  parameter(name: string): string;
  /** The first of that name. */
  query(name: string): string | undefined;
  queryAll(name: string): readonly string[];
  header(name: string): string | undefined;
  /** Fires when the client has gone away before it got its answer. */
  gone(): AbortSignal;
}

/** An answer. An object is sent as JSON; bytes and streams as they are. */
export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | Uint8Array | AsyncIterable<string>;
}

/** Bodies of requests that carry little or nothing. */
export const smallBodyBytesMax = 262_144;

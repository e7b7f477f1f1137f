import type { Scope } from '../../api/function-ref.ts';
import type { Caller } from '../../model/invocations/caller.ts';

/** One operation of an API; one a file. */
export interface Operation {
  /** As the API names it; in refusals and logs. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** With `:parameters`. */
  readonly path: string;
  readonly bodyBytesMax: number;
  /** Only for keys of accounts: no policy allows it to code or to who has taken a role. */
  readonly ownersOnly?: true;
  /** Absent: any host of a cluster can do it. */
  readonly home?: HomeOf;
  run(request: ApiRequest): Promise<ApiReply>;
}

/**
 * The account whose home has to do an operation, where there are many hosts: what is kept of its events, queues, schedules, executions and objects is there. Undefined: any host. Must be
 * known before anything is done.
 */
export type HomeOf = (request: ApiRequest) => string | undefined | Promise<string | undefined>;

/** The home of who asks. */
export const callersHome: HomeOf = ({ scope }) => scope.account;

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
  /** Who asks, where that is code that runs here. */
  caller(): Caller | undefined;
  /** Fires when the client has gone away before it got its answer. */
  gone(): AbortSignal;
  /** The same, and when the key that it was signed with is good for nothing any more: ends what is told on and on. */
  over(): AbortSignal;
}

/** Bytes that come over time. */
export interface ByteParts {
  /** Each in pieces. Never throws: how it ended is in the parts. */
  readonly parts: AsyncIterable<readonly Uint8Array[]>;
  /** Whoever reads them has gone. */
  readonly leave: () => void;
}

/** An answer. An object is sent as JSON; bytes and streams as they are. */
export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request that this is the answer to, where that is another one. */
  readonly requestId?: string;
  readonly body?: object | Uint8Array | AsyncIterable<string>;
  /** Of a body that comes over time: so long may pass, ms, without its client taking anything of it; then its connection is ended. */
  readonly silentMsMax?: number;
  /** In the place of a body. */
  readonly stream?: ByteParts;
}

/** Bodies of requests that carry little or nothing. */
export const smallBodyBytesMax = 262_144;

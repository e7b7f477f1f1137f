import type { Socket } from 'node:net';
import type { Scope } from '../../api/function-ref.ts';
import { callerOn, type Caller } from '../../model/invocations/caller.ts';
import type { SignedRequest } from '../auth/signature-claim.ts';
import { connectionGone } from '../http/connection-gone.ts';
import type { ApiRequest } from './operation.ts';

/** What is known of a request beside what was signed. */
export interface RequestFacts {
  readonly scope: Scope;
  readonly requestId: string;
  readonly receivedAt: number;
  readonly body: Buffer;
  /** What stands in its path, by the route's names. */
  readonly parameters: unknown;
  readonly socket: Socket;
  /** Fires when the key that it was signed with is good for nothing any more, where that can be. */
  readonly keyEnded: AbortSignal | undefined;
}

/** A request as operations see it, whichever way it came in. */
export class AuthenticatedRequest implements ApiRequest {
  readonly scope: Scope;
  readonly requestId: string;
  readonly receivedAt: number;
  readonly body: Buffer;
  readonly #sent: SignedRequest;
  readonly #parameters: unknown;
  readonly #socket: Socket;
  readonly #keyEnded: AbortSignal | undefined;

  constructor(sent: SignedRequest, facts: RequestFacts) {
    this.scope = facts.scope;
    this.requestId = facts.requestId;
    this.receivedAt = facts.receivedAt;
    this.body = facts.body;
    this.#sent = sent;
    this.#parameters = facts.parameters;
    this.#socket = facts.socket;
    this.#keyEnded = facts.keyEnded;
  }

  get origin(): string {
    return `http://${this.header('host') ?? 'localhost'}`;
  }

  parameter(name: string): string {
    const all = this.#parameters;
    const value: unknown = typeof all === 'object' && all !== null ? Reflect.get(all, name) : undefined;
    if (typeof value !== 'string') throw new Error(`The route has no parameter ${name}.`);
    return value;
  }

  query(name: string): string | undefined {
    return this.queryAll(name)[0];
  }

  queryAll(name: string): readonly string[] {
    const value = this.#sent.query[name];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  }

  header(name: string): string | undefined {
    const value = this.#sent.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  caller(): Caller | undefined {
    return callerOn(this.#socket);
  }

  gone(): AbortSignal {
    return connectionGone(this.#socket);
  }

  over(): AbortSignal {
    return this.#keyEnded === undefined ? this.gone() : AbortSignal.any([this.gone(), this.#keyEnded]);
  }
}

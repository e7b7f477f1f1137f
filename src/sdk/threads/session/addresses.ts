import { pause } from '../../platform/timers.ts';
import { websocketConnect } from '../../platform/websocket-wire.ts';
import { ClientSession, type Connect } from './client-session.ts';
import { SessionRefusedError } from './refused.ts';
import type { ServiceKey } from './service-key.ts';

/** How long a new session is tried for where the service has other hosts, one of which has to take over first. Milliseconds. */
const takeOverMsMax = 60_000;
const retryMs = 100;
const retryMsMax = 2_000;

/** Where one service is: the addresses that its client was given, and those that it was told by the service. */
export class Addresses {
  readonly #given: readonly string[];
  #told: readonly string[] | undefined;
  #last: string | undefined;

  constructor(given: readonly string[]) {
    this.#given = given;
  }

  /** In the order in which they are to be tried: where a connection was last, then what was given, then what was told. */
  inOrder(): readonly string[] {
    return [...new Set([...(this.#last === undefined ? [] : [this.#last]), ...this.#given, ...(this.#told ?? [])])];
  }

  /** The service has several hosts. */
  get several(): boolean {
    return this.#told !== undefined;
  }

  /** There is a connection to this one. */
  reached(address: string): void {
    this.#last = address;
  }

  /** The service says where it is. */
  told(addresses: readonly string[]): void {
    this.#told = addresses.map((address) => URL.parse(address)?.href ?? address);
  }
}

/** Opens sessions with one service, which may be at several addresses. */
export class SessionOpener {
  readonly #addresses: Addresses;
  readonly #connectTo: (address: string) => Connect;

  constructor(given: readonly string[], connectTo: (address: string) => Connect) {
    this.#addresses = new Addresses(given.map((address) => URL.parse(address)?.href ?? address));
    this.#connectTo = connectTo;
  }

  /** Over WebSockets. `urls`: where it is, beside the address that its key names. */
  static of(service: ServiceKey, urls: readonly string[] = [service.url]): SessionOpener {
    return new SessionOpener(urls, (url) => websocketConnect({ ...service, url }));
  }

  /** Rejects where none of its hosts answers; of one that is known to have several, or is about to be ready, they are asked again for a while. */
  async open(): Promise<ClientSession> {
    const until = performance.now() + takeOverMsMax;
    for (let pauseMs = retryMs; ; pauseMs = Math.min(pauseMs * 2, retryMsMax))
      try {
        return await ClientSession.open(this.#connect);
      } catch (error) {
        if ((!this.#addresses.several && !isPassing(error)) || performance.now() > until) throw error;
        await pause(pauseMs);
      }
  }

  /** To the first of its hosts that takes a connection. */
  readonly #connect: Connect = async (events) => {
    const errors: unknown[] = [];
    for (const address of this.#addresses.inOrder())
      try {
        const wire = await this.#connectTo(address)(events);
        this.#addresses.reached(address);
        return { ...wire, told: (addresses) => this.#addresses.told(addresses) };
      } catch (error) {
        errors.push(error);
      }
    if (errors.length === 1) throw errors[0];
    const passing = errors.find(isPassing);
    if (passing !== undefined) throw passing;
    throw new AggregateError(errors, `None of the service's hosts took a connection: ${errors.map(String).join(' ')}`);
  };
}

function isPassing(error: unknown): error is SessionRefusedError {
  return error instanceof SessionRefusedError && error.passes;
}

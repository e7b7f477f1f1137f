import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../api/errors.ts';
import {
  ClusterUnavailableError,
  type ForwardedIdentity,
  type Home,
  type HostId,
  type Homes,
  type Peers,
} from '../contract.ts';
import { fieldsOf, textIn } from '../fields.ts';

/** How long a client waits at most for a host to take over from one that is gone, or for an election of NATS, milliseconds; less than clients wait for an answer. */
const takeOverMsMax = 8_500;

/** What a key ended that sessions elsewhere were begun with. */
const keyEnded = 'threads.key-ended';

/** What sessions are led by. */
export interface SessionRouteParts {
  readonly homes: Homes;
  readonly peers: Pick<Peers, 'call' | 'serve' | 'forwardUpgrade'>;
  /** A host could not be told that a key has ended. */
  readonly onUntold: (error: unknown) => void;
}

/** A request to upgrade its connection. */
interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Leads clients' connections to the homes of their accounts, whichever host they have come to; and cuts them when those move. */
export class SessionRouter implements Disposable {
  readonly #parts: SessionRouteParts;
  readonly #led = new Map<Duplex, { readonly account: string; readonly host: HostId; readonly epoch: bigint }>();
  readonly #watch: Disposable;

  constructor(parts: SessionRouteParts) {
    this.#parts = parts;
    this.#watch = parts.homes.onChange(() => this.#look());
  }

  /** From now on other hosts may say that keys have ended. To be called before the listener opens. */
  serve(ended: (account: string, key: string) => void): void {
    this.#parts.peers.serve(keyEnded, async (body) => {
      const fields = fieldsOf(body);
      ended(textIn(fields, 'account'), textIn(fields, 'key'));
    });
  }

  /**
   * Has a request answered at its account's home, and gives whether that is elsewhere. `sentOn`: another host has sent it here already. Throws ApiError where it cannot be
   * answered now.
   */
  readonly leadsOn = async (
    { request, socket, head }: Upgrade,
    identity: ForwardedIdentity,
    sentOn: boolean,
  ): Promise<boolean> => {
    const { account, accessKeyId, ended } = identity.key;
    const home = await this.#homeOf(account);
    if (home.at === 'here') return false;
    if (sentOn)
      throw new ApiError('ServiceException', 'This host is not the home of this account.', {
        status: 421,
        retryAfterSeconds: 1,
      });
    this.#led.set(socket, { account, host: home.host, epoch: home.epoch });
    const tell = (): void => void this.#tellEnded(home.host, account, accessKeyId);
    ended?.addEventListener('abort', tell, { once: true });
    socket.once('close', () => {
      this.#led.delete(socket);
      ended?.removeEventListener('abort', tell);
    });
    await this.#parts.peers.forwardUpgrade(home.host, request, socket, head, identity);
    return true;
  };

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    for (const socket of this.#led.keys()) socket.destroy();
  }

  async #homeOf(account: string): Promise<Exclude<Home, { readonly at: 'nowhere' }>> {
    try {
      return await this.#parts.homes.settledHomeOf(account, takeOverMsMax);
    } catch (cause) {
      if (!(cause instanceof ClusterUnavailableError)) throw cause;
      const what = { status: 503, retryAfterSeconds: 1, cause };
      throw new ApiError('ServiceException', cause.message, what);
    }
  }

  /** Whoever is led to a host that is no longer the home would wait there for nothing: it may be standing still. */
  #look(): void {
    for (const [socket, { account, host, epoch }] of this.#led) {
      const home = this.#parts.homes.homeOf(account);
      if (home.at === 'nowhere' || (home.at === 'host' && home.host === host && home.epoch === epoch)) continue;
      socket.destroy();
    }
  }

  /** Its sessions end at once, and not only when nobody has come back for them. */
  async #tellEnded(host: HostId, account: string, key: string): Promise<void> {
    try {
      await this.#parts.peers.call(host, keyEnded, { account, key });
    } catch (error) {
      this.#parts.onUntold(error);
    }
  }
}

import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { bound, connecting } from '../carry.ts';
import type { Passing } from './passing.ts';

/** The one connection to a host that stands for one of code: made with its first request, and used for all that follow. */
export class OuterConnection {
  readonly agent: Agent;
  /** PEM of whom alone the host's certificate may be from. */
  authorities: readonly string[] | undefined;
  #made = false;

  /** `hungUp` is called when it has ended. */
  constructor(passing: Passing, hungUp: () => void) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
    this.agent.createConnection = (): Duplex => {
      const socket = this.#connect(passing);
      socket.once('close', hungUp);
      return socket;
    };
  }

  /** Whether those are still whom it was, or will be, made by the word of. */
  isTrustedBy(authorities: readonly string[] | undefined): boolean {
    return !this.#made || isDeepStrictEqual(authorities, this.authorities);
  }

  close(): void {
    this.agent.destroy();
  }

  #connect({ name, allowed, scheme, count }: Passing): Duplex {
    if (scheme === 'http') {
      const socket = connect({ noDelay: true, ...connecting(allowed) });
      bound(socket, 'connect');
      count.watch(socket, 'outside');
      return socket;
    }
    this.#made = true;
    const ca = this.authorities === undefined ? {} : { ca: [...this.authorities] };
    // Its name is the one that led here, whatever the code inside said to whom it believed to speak.
    const how = { noDelay: true, servername: name, ALPNProtocols: ['http/1.1'], ...ca };
    const socket = connectTls({ ...connecting(allowed), ...how });
    bound(socket, 'secureConnect');
    count.watch(socket, 'outside');
    return socket;
  }
}

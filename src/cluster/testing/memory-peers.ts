import { PeerLostError, type HostId, type PeerHandler, type Peers } from '../contract.ts';
import { decodeValue, encodeValue } from '../peers/link/value.ts';

/** Calls from host to host within one process, for tests: what is said goes as it does on the wire. */
export class MemoryPeers {
  readonly #hosts: Map<HostId, Map<string, PeerHandler>> = new Map();

  /** A host's way to the others; of one that is known already, its next process. */
  join(id: HostId): Pick<Peers, 'call' | 'serve'> {
    const handlers = new Map<string, PeerHandler>();
    this.#hosts.set(id, handlers);
    return {
      serve: (method, handler) => void handlers.set(method, handler),
      call: async (host, method, body, signal = new AbortController().signal) => {
        const handler = this.#hosts.get(host)?.get(method);
        if (handler === undefined) throw new PeerLostError(`Host ${host} does not answer.`, { unsent: true });
        return decodeValue(encodeValue(await handler(decodeValue(encodeValue(body)), id, signal)));
      },
    };
  }

  /** It answers nobody any more. */
  kill(id: HostId): void {
    this.#hosts.delete(id);
  }
}

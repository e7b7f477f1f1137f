import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { bodyAt, frames, joinOf, keyOf, syncOf, textAt } from './wire.ts';

/** A way to a broker: it takes the broker's place for clients, and can be cut and led elsewhere. */
export interface Way extends AsyncDisposable {
  readonly port: number;
  /** Ends all connections; others can be made at once. Gives how many there were. */
  cut(): number;
  /** From now on to the broker at this port. */
  lead(port: number): void;
}

/** What a way asks of clients. */
export interface Gate {
  readonly tls?: TlsOptions;
  /** Answers requests of SASL, and says of others whether the client may send them. Undefined: it is to be sent on. */
  readonly sasl?: () => (request: Buffer) => Buffer | 'refuse' | undefined;
}

/** How long who leads a group has to wait for who follows: the broker gives no sign that it has read a request. */
const followMs = 100;
/** Instead of what members ask for: the broker waits for as long, less a second, whenever it gives partitions out anew. */
const sessionMs = 4_000;

/**
 * Passes on what comes at a port of its own. The broker finishes giving out partitions when the leader has said how, and then takes what its followers
 * ask later for an error, where a real one answers: so the leader's word waits here for them.
 */
export async function wayTo(to: number, { tls, sasl }: Gate = {}): Promise<Way> {
  const sockets = new Set<Socket>();
  let target = to;
  const groups = new Groups();
  const accept = (inner: Socket): void => {
    const outer = connect(target, '127.0.0.1');
    const upstream = target;
    const asked = new Map<number, number>();
    const gate = sasl?.();
    sockets.add(inner);
    const end = (): void => {
      sockets.delete(inner);
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) socket.on('error', end).on('close', end);
    const requests = frames();
    const answers = frames();
    inner.on('data', (chunk: Buffer) => {
      for (const request of requests(chunk)) {
        const answer = gate?.(request);
        if (answer === 'refuse') return end();
        if (answer !== undefined) {
          inner.write(answer);
          continue;
        }
        asked.set(request.readInt32BE(8), keyOf(request));
        if (keyOf(request) === 11) request.writeInt32BE(sessionMs, textAt(request, bodyAt(request)).end);
        groups.pass(request, () => outer.write(request));
      }
    });
    outer.on('data', (chunk: Buffer) => {
      for (const answer of answers(chunk)) {
        const key = asked.get(answer.readInt32BE(4));
        asked.delete(answer.readInt32BE(4));
        if (key === 11) groups.joined(answer);
        inner.write(renamed(answer, upstream, port));
      }
    });
  };
  const server: Server = (tls === undefined ? createServer(accept) : createTlsServer(tls, accept)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const cut = (): number => {
    const count = sockets.size;
    for (const socket of sockets) socket.destroy();
    return count;
  };
  return {
    port,
    cut,
    lead: (elsewhere) => {
      target = elsewhere;
      cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The broker's address in what it says of itself, replaced by the way's. */
function renamed(answer: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1');
  for (let at = answer.indexOf(host); at !== -1; at = answer.indexOf(host, at + 1))
    if (at + 13 <= answer.length && answer.readInt32BE(at + 9) === from) answer.writeInt32BE(to, at + 9);
  return answer;
}

/** Which members of groups have asked for their partitions. */
class Groups {
  /** Followers that are still to ask, by generation, and who waits for them. */
  readonly #rounds = new Map<number, { followers: number; go?: () => void }>();

  joined(answer: Buffer): void {
    const { generation, members } = joinOf(answer);
    if (members > 0) this.#rounds.set(generation, { followers: members - 1 });
  }

  pass(request: Buffer, go: () => void): void {
    const sync = keyOf(request) === 14 ? syncOf(request) : undefined;
    const round = sync && this.#rounds.get(sync.generation);
    if (sync?.leads !== true || round === undefined || round.followers === 0) go();
    else round.go = go;
    if (sync?.leads !== false || round === undefined) return;
    round.followers -= 1;
    if (round.followers === 0 && round.go !== undefined) setTimeout(round.go, followMs);
  }
}

import { once } from 'node:events';
import { connect } from 'node:net';
import type { ClusterSettings } from '../../model/cluster.ts';

/** How many of a cluster's NATS servers answer this host, and how many there are. */
export interface Reach {
  readonly answering: number;
  readonly known: number;
}

/** A server says who it is as soon as it is connected to: one that has not by then stands still, or is away. */
const helloMsMax = 700;
/** What was found holds for so long, ms: many may ask at once why nothing can be changed. */
const keptMs = 1_000;
const portUsual = 4_222;

/** Counts the NATS servers that answer, for who is told why something cannot be done. */
export class ServerCount {
  readonly #settings: Pick<ClusterSettings, 'servers' | 'replicas'>;
  readonly #gossiped: () => readonly string[];
  #found: { readonly at: number; readonly reach: Promise<Reach> } | undefined;

  /** `gossiped`: servers that others have told of, where the settings name fewer than there have to be. */
  constructor(settings: Pick<ClusterSettings, 'servers' | 'replicas'>, gossiped: () => readonly string[]) {
    this.#settings = settings;
    this.#gossiped = gossiped;
  }

  /** Never rejects; takes 0.7 s at most. */
  async count(): Promise<Reach> {
    const now = performance.now();
    if (this.#found === undefined || now - this.#found.at > keptMs) this.#found = { at: now, reach: this.#count() };
    return await this.#found.reach;
  }

  async #count(): Promise<Reach> {
    const { servers, replicas } = this.#settings;
    const named = servers.map(placeOf);
    const places = named.length >= replicas ? named : [...named, ...this.#gossiped().map(placeOf)];
    const all = [...new Map(places.map((place) => [`${place.host}:${place.port}`, place])).values()];
    const answers = await Promise.all(all.map(answersAt));
    return { answering: answers.filter(Boolean).length, known: Math.max(all.length, replicas) };
  }
}

/** How many of so many servers have to be there for anything to be changed. */
export function majorityOf(known: number): number {
  return Math.floor(known / 2) + 1;
}

/** Such as `1 of the cluster's 3 NATS servers answers this host, and 2 have to`. */
export function inWords({ answering, known }: Reach): string {
  const servers = known === 1 ? 'NATS server' : 'NATS servers';
  return `${answering} of the cluster's ${known} ${servers} ${answering === 1 ? 'answers' : 'answer'} this host, and ${majorityOf(known)} ${majorityOf(known) === 1 ? 'has' : 'have'} to`;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeOf(server: string): Place {
  const { hostname, port } = new URL(server.includes('://') ? server : `nats://${server}`);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? portUsual : Number(port) };
}

async function answersAt(place: Place): Promise<boolean> {
  const socket = connect(place);
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(helloMsMax) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

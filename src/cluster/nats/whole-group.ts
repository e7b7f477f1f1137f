import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { readSeed } from './seed.ts';
import { isUnavailable } from './unavailable.ts';

/** One look at the servers takes so long: whoever answers within it is there. */
const lookMs = 300;
/** A server that its leader does not know for so long never will: where all goes well it takes less than a second. Twice as long each time that one was started again: a busy machine needs it. */
const strayMs = 4_000;
/** A leader that knows a server, and gives it no stream for so long: servers say every ten seconds what they have, by which it ends otherwise. */
const unusedMs = 16_000;
/** For one answer to who tries to make a stream. */
const answerMs = 1_500;
/** Made to see that it can be, and removed. */
const triedStream = 'HEDDLE_TRIED';

/** Servers that were started together. */
export interface ServerGroup {
  readonly urls: readonly string[];
  /** Seed of the monitoring user. */
  readonly monitoringFile: string;
  /** Seed of the hosts' user. */
  readonly keyFile: string;
  readonly caFile?: string;
  /** Names of all servers. */
  readonly names: readonly string[];
  /** Ends a server and starts it again, with what it has. */
  readonly restart: (name: string) => Promise<void>;
}

/**
 * Resolves when the servers that were started together for the first time have a leader that counts them all, and makes streams that all of them have. nats-server 2.10.27 forms a group of two now and
 * then, in which the third is never taken, and no stream with three replicas can be made: one that is left out is started again, which mends it. It may also count all, and say of one that it is
 * offline: where that does not end, all but the leader are started again.
 */
export async function untilGroupIsWhole(group: ServerGroup, signal: AbortSignal): Promise<void> {
  let strays: readonly string[] = [];
  let since = 0;
  let times = 1;
  for (;;) {
    signal.throwIfAborted();
    const counted = await countedServers(group).catch(() => undefined);
    if (counted === undefined) {
      await wait(lookMs, undefined, { signal });
      continue;
    }
    const missing = group.names.filter((name) => !counted.all.has(name));
    if (missing.length === 0 && (await makesStreams(group))) return;
    const now = missing.length > 0 ? missing : group.names.filter((name) => name !== counted.leader);
    const patienceMs = (missing.length > 0 ? strayMs : unusedMs) * times;
    if (now.join() !== strays.join()) [strays, since] = [now, performance.now()];
    else if (performance.now() - since > patienceMs) {
      for (const name of now) await group.restart(name);
      since = performance.now();
      times *= 2;
    }
  }
}

/** Makes a stream with as many replicas as streams of a cluster have, and removes it; gives whether that could be done. */
async function makesStreams(group: ServerGroup): Promise<boolean> {
  const nats = await connectAs(group, group.keyFile).catch(() => undefined);
  if (nats === undefined) return false;
  try {
    const { streams } = await jetstreamManager(nats, { timeout: answerMs, checkAPI: false });
    await streams.add({ name: triedStream, subjects: ['heddle.tried'], num_replicas: group.names.length >= 3 ? 3 : 1 });
    return await streams.delete(triedStream);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return false;
  } finally {
    await nats.close();
  }
}

/** A server that says that it leads all, and those that it counts, itself among them. */
interface Counted {
  readonly leader: string;
  readonly all: ReadonlySet<string>;
}

/** Undefined where none says that it leads. */
async function countedServers(group: ServerGroup): Promise<Counted | undefined> {
  const nats = await connectAs(group, group.monitoringFile);
  try {
    return await askLeader(nats);
  } finally {
    await nats.close();
  }
}

async function connectAs({ urls, caFile }: ServerGroup, keyFile: string): Promise<NatsConnection> {
  return await connect({
    servers: [...urls],
    authenticator: nkeyAuthenticator((await readSeed(keyFile)).getSeed()),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
    reconnect: false,
  });
}

/** What of an answer to JSZ matters here (docs.nats.io, "System events"). */
interface JetStreamReport {
  readonly server?: { readonly name?: string };
  readonly data?: {
    readonly meta_cluster?: {
      readonly leader?: string;
      readonly replicas?: { readonly name: string }[];
    };
  };
}

async function askLeader(nats: NatsConnection): Promise<Counted | undefined> {
  const answers = await nats.requestMany('$SYS.REQ.SERVER.PING.JSZ', '', { strategy: 'timer', maxWait: lookMs });
  let counted: Counted | undefined;
  for await (const answer of answers) {
    const { server, data } = answer.json<JetStreamReport>();
    const { leader, replicas = [] } = data?.meta_cluster ?? {};
    if (leader !== undefined && leader === server?.name)
      counted = { leader, all: new Set([leader, ...replicas.map(({ name }) => name)]) };
  }
  return counted;
}

import type { StreamConfig } from '@nats-io/jetstream';
import { setTimeout as wait } from 'node:timers/promises';
import { apiCodeOf, apiCodes } from './api-codes.ts';
import type { NatsLink } from './connection.ts';
import { isUnavailable, refusedPermission } from './unavailable.ts';

/** What may be said of a stream; it is in files, has all replicas, and is read through its leader. */
export interface StreamOptions extends Partial<
  Omit<StreamConfig, 'name' | 'num_replicas' | 'storage' | 'allow_direct'>
> {
  readonly subjects: string[];
}

/** Between two attempts while the servers have not found each other. */
const retryMs = 250;
/** Who waits for so long is told why: where all goes well they find each other in two seconds. */
const sayAfterMs = 5_000;

/**
 * Sees to it that a stream is there. Where several hosts do that at once, or it was there, it is the same: what it is then is looked at, as servers ignore what they do not
 * know. One that was made with fewer replicas gets what is asked for now, one with more keeps them: so a cluster of one server grows to three. Waits for servers that have not
 * found each other yet, until `signal` fires. Throws where it is there and something of `options` is otherwise.
 */
export async function ensureStream(
  link: NatsLink,
  name: string,
  replicas: number,
  options: StreamOptions,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { ...options, name, num_replicas: replicas, storage: 'file' as const, allow_direct: false };
  const sayWhy = (err: unknown): void =>
    link.logger.warn(
      { err, stream: name },
      'The NATS servers of the cluster do not make a stream yet; trying until they do.',
    );
  await untilAnswered(() => addOrFind(link, wanted), signal, sayWhy);
}

async function addOrFind(link: NatsLink, wanted: Partial<StreamConfig> & { readonly name: string }): Promise<void> {
  const found = await link.manager.streams.add(wanted).catch(async (error: unknown) => {
    if (apiCodeOf(error) === apiCodes.otherConfiguration) return await link.manager.streams.info(wanted.name);
    throw error;
  });
  const { num_replicas: replicas = 1, ...others } = wanted;
  if (found.config.num_replicas < replicas) await link.manager.streams.update(wanted.name, { num_replicas: replicas });
  const differing = differences(others, found.config);
  if (differing.length === 0) return;
  throw new Error(
    `The stream ${wanted.name} of the cluster is not as it should be: ${differing.join('; ')}. The NATS server may be too old, or another made it.`,
  );
}

/** What was wished and is otherwise, in words. */
function differences(wanted: object, found: object): string[] {
  const is = new Map<string, unknown>(Object.entries(found));
  return Object.entries(wanted).flatMap(([key, value]) => {
    // What is not said of a stream is as if it were off.
    const actual = is.get(key) ?? (value === false ? false : undefined);
    const same = JSON.stringify(actual) === JSON.stringify(value);
    return same ? [] : [`${key} is ${JSON.stringify(actual)}, and should be ${JSON.stringify(value)}`];
  });
}

function runsAlone(cause: unknown): Error {
  return new Error(
    'The NATS server of the cluster runs by itself, and this host wants what is kept to be on several: start it with --cluster-replicas 1, or have three NATS servers.',
    { cause },
  );
}

function mayNot(cause: Error): Error {
  return new Error(
    "The NATS servers know the key of --cluster-key, and its user may not do what a host has to: it should be the key of the hosts' user (hosts.nk).",
    { cause },
  );
}

/** Asks until somebody answers. `sayWhy`: told once why it takes long, if it does. Throws what else goes wrong, and what `signal` says when it fires. */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  sayWhy?: (error: unknown) => void,
): Promise<T> {
  let say = sayWhy;
  for (const beganAt = performance.now(); ;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (apiCodeOf(error) === apiCodes.aloneHasOne) throw runsAlone(error);
      const refused = refusedPermission(error);
      if (refused !== undefined) throw mayNot(refused);
      if (!isUnavailable(error)) throw error;
      if (performance.now() - beganAt > sayAfterMs) {
        say?.(error);
        say = undefined;
      }
    }
    await wait(retryMs, undefined, { signal });
  }
}

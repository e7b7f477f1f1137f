import { DiscardPolicy } from '@nats-io/jetstream';
import { Objm, type ObjectStore } from '@nats-io/obj';
import type { NatsLink } from '../nats/connection.ts';
import { ensureStream } from '../nats/streams.ts';

/** Where the ends of detached threads are: one for the whole cluster. */
const bucket = 'heddle-threads';

/**
 * Opens the store of objects for them, and makes it where it is not there; several hosts may at once. What is older than `keepMs` is forgotten. Its streams are as NATS's
 * ADR-20 has them, which its client makes without looking at what was there before.
 */
export async function openThreadBucket(
  link: NatsLink,
  { replicas, keepMs }: { readonly replicas: number; readonly keepMs: number },
  signal: AbortSignal,
): Promise<ObjectStore> {
  const subjects = [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`];
  const wanted = { subjects, discard: DiscardPolicy.New, allow_rollup_hdrs: true, max_age: keepMs * 1_000_000 };
  await ensureStream(link, `OBJ_${bucket}`, replicas, wanted, signal);
  return await new Objm(link.jetstream).open(bucket);
}

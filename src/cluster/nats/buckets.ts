import { DiscardPolicy, RetentionPolicy } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsLink } from './connection.ts';
import { ensureStream } from './streams.ts';

/** Largest value of a bucket, bytes, where nothing else is said. */
const valueBytesMax = 65_536;

/** What a bucket is like. */
export interface BucketOptions {
  readonly replicas: number;
  readonly valueBytesMax?: number;
}

/**
 * Opens a bucket of keys and values, and makes it where it is not there; several hosts may at once. It is in files, has all replicas, keeps the last
 * value of each key, and is read through its leader: even so, a leader that stood still gives old values, so nothing is decided by a read, only by
 * writing with the revision that was read.
 */
export async function openBucket(
  link: NatsLink,
  name: string,
  options: BucketOptions,
  signal: AbortSignal,
): Promise<KV> {
  // As `Kvm.create` makes it (its names are NATS's ADR-8), which fails where two do it at once, and does not look at what is there.
  const wanted = {
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    max_msg_size: options.valueBytesMax ?? valueBytesMax,
    allow_rollup_hdrs: true,
    deny_delete: true,
  };
  await ensureStream(link, `KV_${name}`, options.replicas, wanted, signal);
  return new Kvm(link.jetstream).open(name, { allow_direct: false });
}

import type { ClusterHostSnapshot, StreamSnapshot } from '../cluster-snapshot.ts';

/** Rows of the topic `cluster`: under `host` and its id, `shards`, `nats`, and `stream` and its name. */
export type ClusterRow =
  | (Omit<ClusterHostSnapshot, 'load'> & {
      readonly kind: 'host';
      /** It is the one that was asked. */
      readonly asked: boolean;
      readonly load?: Omit<NonNullable<ClusterHostSnapshot['load']>, 'shards'> & { readonly shards: number };
    })
  | { readonly kind: 'shards'; readonly all: number; readonly homeless: number }
  | { readonly kind: 'nats'; readonly why: string }
  | (StreamSnapshot & { readonly kind: 'stream' });

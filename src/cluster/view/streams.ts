import type { StreamInfo } from '@nats-io/jetstream';
import type { StreamSnapshot } from '../../model/cluster-snapshot.ts';

/** So many streams are shown at most. */
const streamsMax = 1_000;

/** What is shown of a stream, as NATS says it. */
export type ListedStream = Pick<StreamInfo, 'cluster'> & {
  readonly config: Pick<StreamInfo['config'], 'name'>;
  readonly state: Pick<StreamInfo['state'], 'messages' | 'bytes' | 'last_seq'>;
};

/** Lists streams, as `JetStreamManager.streams.list()` does. */
export interface StreamList {
  list(): AsyncIterable<ListedStream>;
}

/** What NATS keeps, with who leads it and who lags behind; by name. Rejects where it cannot be asked. */
export async function shownStreams(streams: StreamList): Promise<readonly StreamSnapshot[]> {
  const shown: StreamSnapshot[] = [];
  for await (const info of streams.list()) {
    if (shown.length >= streamsMax) break;
    shown.push(shownStream(info));
  }
  return shown.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function shownStream({ config, state, cluster }: ListedStream): StreamSnapshot {
  const leader = cluster?.leader ?? '';
  const others = cluster?.replicas ?? [];
  return {
    name: config.name,
    messages: state.messages,
    bytes: state.bytes,
    last: state.last_seq,
    ...(leader !== '' && { leader }),
    replicas: others.map(({ name, current, lag }) => ({ server: name, current, lag: lag ?? 0 })),
  };
}

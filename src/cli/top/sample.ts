import type { TopicState } from '../../api/state/topic-state.ts';
import { Shape } from '../../sdk/shape.ts';
import type { Counted } from './counted.ts';

/** What a function had used until a moment, in one hour. */
export interface Used {
  readonly account: string;
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
}

/** By account, function and hour. */
export type AllUsed = ReadonlyMap<string, Used>;
/** Starts by their paths, each with its count. */
export type Starts = ReadonlyMap<string, Shape>;

/** Everything that is known of a service at one moment: rows of topics of its stream of state, one by one. */
export interface Sample {
  /** On the service's clock, milliseconds since the Unix epoch. */
  readonly wallMs: number;
  readonly service: Shape;
  readonly instances: readonly Shape[];
  readonly warming: readonly Shape[];
  readonly queue: Shape;
  /** Absent where nobody counts it. */
  readonly memory: Shape | undefined;
  readonly starts: Counted<Starts>;
  readonly used: Counted<AllUsed>;
  /** Of a cluster, where who asks may see them. */
  readonly hosts: readonly Shape[];
  /** Hosts of a cluster that did not say what they have. */
  readonly silentHosts: readonly string[];
}

/** Topics that are watched. `cluster` is for the operator only. */
export const watchedTopics = ['service', 'instances', 'warming', 'paths', 'usage', 'cluster'] as const;
/** One of {@link watchedTopics}. */
export type WatchedTopic = (typeof watchedTopics)[number];

/** Starts as the topic `paths` has them. */
export function startsOf({ rows }: TopicState): Starts {
  return new Map(Array.from(rows, ([path, row]) => [path, new Shape(row, 'paths')]));
}

/** What functions used, as the topic `usage` has it. */
export function usedOf({ rows }: TopicState): AllUsed {
  return new Map(
    Array.from(rows, ([key, row]) => {
      const one = new Shape(row, 'usage');
      const [account, name] = [one.text('account'), one.text('functionName')];
      return [key, { account, name, requests: one.number('requests'), errors: one.number('errors') }];
    }),
  );
}

/** A sample of what topics say; undefined where one of them has said nothing yet. `wallMs`: the service's time. */
export function sampleOf(
  topics: ReadonlyMap<WatchedTopic, TopicState>,
  wallMs: number,
  starts: Counted<Starts> | undefined,
  used: Counted<AllUsed> | undefined,
): Sample | undefined {
  const states = [...topics.values()];
  const service = topics.get('service')?.rows.get('service');
  if (starts === undefined || used === undefined || service === undefined || !states.every(({ known }) => known))
    return undefined;
  const rows = (topic: WatchedTopic): readonly (readonly [string, Shape])[] =>
    Array.from(topics.get(topic)?.rows ?? [], ([key, row]) => [key, new Shape(row, topic)]);
  const warming = new Map(rows('warming'));
  return {
    wallMs,
    service: new Shape(service, 'service'),
    instances: rows('instances').map(([, row]) => row),
    warming: Array.from(warming).flatMap(([key, row]) => (key.startsWith('runtime ') ? [row] : [])),
    queue: warming.get('queue') ?? new Shape({}, 'warming'),
    memory: warming.get('memory'),
    starts,
    used,
    hosts: rows('cluster').flatMap(([, row]) => (row.text('kind') === 'host' ? [row] : [])),
    silentHosts: [...new Set(states.flatMap(({ silentHosts }) => silentHosts))],
  };
}

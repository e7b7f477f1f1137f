import { kafkaServers } from '../../../model/functions/kafka-servers.ts';
import type { SourceConnection } from '../../../model/functions/settings.ts';
import type { DurableStore } from '../../../store/durable/contracts/durable-store.ts';
import type { MappingRecord } from '../../../store/durable/contracts/sources.ts';
import type { HeldAhead } from '../budget/source-budget.ts';
import type { SourceKind, SourceRules } from '../source-kind.ts';
import type { KeptThere } from '../kept-watch.ts';
import { queueRules } from '../own-queues.ts';
import type { Source } from '../source.ts';
import { kafkaEvent, kafkaGivenUp } from './kafka/event.ts';
import {
  connectionOf,
  kafkaAt,
  outsideName,
  refusedSource,
  sourceService,
  type OutsideName,
  type SourceConnections,
} from './connections.ts';

/** A connection of one kind. */
export type ConnectionOf<Kind extends SourceConnection['kind']> = Extract<SourceConnection, { kind: Kind }>;

/** What a client of a kind of service opens: a queue, or a stream. */
export interface Opening<Kind extends SourceConnection['kind']> extends OutsideName {
  readonly to: ConnectionOf<Kind>;
  readonly mapping: MappingRecord;
  /** Told of what a stream holds before it is asked for. */
  readonly ahead?: HeldAhead;
  /** Kept until the mapping is removed: where its reading of a stream has come to. */
  readonly position: KeptPosition;
}

export interface KeptPosition {
  get(): Promise<string | undefined>;
  /** Resolves when it is on the disk. */
  set(position: string): Promise<void>;
}

/** What a file of this room exports for its kind of service; it is loaded when a mapping names one. */
export interface OutsideClient<Kind extends SourceConnection['kind']> {
  /** Throws where it is not there, or cannot be reached. */
  check(opening: Opening<Kind>, functionTimeoutMs: number): Promise<void>;
  open(opening: Opening<Kind>): Promise<Source>;
  kept?(opening: Opening<Kind>): Promise<KeptThere | undefined>;
  /** The mapping is gone: nothing is to be left of it there. */
  forget(opening: Opening<Kind>): Promise<void>;
}

const streamRules: SourceRules = {
  ordered: true,
  batchUsual: 100,
  batchMax: 10_000,
  batchAtOnceMax: 10_000,
  windowMax: 300,
};

/** How long it may take to find out whether a source is there, ms. */
const checkMsMax = 15_000;

/** Sources outside this service, which its operator has named: each kind with a client of its own. */
export function outsideSources(settings: SourceConnections, store: DurableStore): readonly SourceKind[] {
  const kindOf = <Kind extends SourceConnection['kind']>(
    kind: Kind,
    dataKey: string,
    rules: SourceKind['rules'],
    load: () => Promise<OutsideClient<Kind>>,
    keeps = false,
  ): SourceKind => {
    const openingOf = (mapping: MappingRecord, ahead?: HeldAhead): Opening<Kind> => {
      const to = connectionOf(mapping.sourceArn, mapping.account, settings);
      const name = outsideName(mapping.sourceArn);
      if (name === undefined || !isOf(to, kind)) throw refusedSource(unknownWords(mapping.sourceArn, mapping.account));
      return { ...name, to, mapping, position: keptPosition(store, mapping), ...(ahead !== undefined && { ahead }) };
    };
    return {
      owns: (arn, account) => connectionOf(arn, account, settings)?.kind === kind,
      dataKey,
      rules,
      async check(mapping, functionTimeoutMs) {
        const client = await load();
        const opening = openingOf(mapping);
        await inTime(client.check(opening, functionTimeoutMs), mapping.sourceArn);
      },
      open: async (mapping, _signal, ahead) => (await load()).open(openingOf(mapping, ahead)),
      event: (records) => ({ Records: records }),
      ...(keeps && { kept: async (mapping) => await (await load()).kept?.(openingOf(mapping)) }),
      forget: async (mapping) => (await load()).forget(openingOf(mapping)),
    };
  };
  const kafkaKind = (kind: SourceKind): SourceKind => {
    const serversOf = ({ sourceArn, account }: MappingRecord): readonly string[] =>
      kafkaServers(connectionOf(sourceArn, account, settings)?.url ?? '')?.servers ?? [];
    return {
      ...kind,
      event: (records, mapping) => kafkaEvent(records, serversOf(mapping)),
      givenUpInfo: (items, mapping) => kafkaGivenUp(items, serversOf(mapping), mapping.sourceArn),
      atServers: (servers, account) => kafkaAt(servers, account, settings),
    };
  };
  return [
    kindOf('sqs', 'body', queueRules, async () => (await import('./sqs.ts')).sqsClient),
    kindOf(
      'nats',
      'body',
      () => streamRules,
      async () => (await import('./nats.ts')).natsClient,
    ),
    kindOf(
      'postgres',
      'new',
      () => streamRules,
      async () => (await import('./postgres/postgres.ts')).postgresClient,
      true,
    ),
    kafkaKind(
      kindOf(
        'kafka',
        'value',
        () => ({ ...streamRules, hasGroup: true }),
        async () => (await import('./kafka/kafka.ts')).kafkaClient,
      ),
    ),
    kindOf(
      'redis',
      'fields',
      () => streamRules,
      async () => (await import('./redis.ts')).redisClient,
    ),
  ];
}

function isOf<Kind extends SourceConnection['kind']>(
  to: SourceConnection | undefined,
  kind: Kind,
): to is ConnectionOf<Kind> {
  return to?.kind === kind;
}

function keptPosition(store: DurableStore, { account, uuid }: MappingRecord): KeptPosition {
  const { sources } = store.parts;
  return {
    get: async () => (await sources.position({ account, uuid })) ?? undefined,
    set: async (position) => await sources.setPosition({ account, uuid, position }),
  };
}

async function inTime(checking: Promise<void>, arn: string): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = (): void => reject(refusedSource(`${arn} could not be reached within ${checkMsMax / 1_000} s.`));
  const timer = setTimeout(late, checkMsMax);
  await Promise.race([checking, promise]).finally(() => clearTimeout(timer));
}

/** Why an account has no such source, and what would be one. */
export function unknownWords(arn: string, account: string): string {
  const given = arn.slice(0, 300);
  const service = arn.split(':')[2];
  const name = outsideName(arn);
  if (name !== undefined)
    return (
      `The account ${account} has no event source ${given}: it should be arn:aws:${sourceService}:::NAME/WHAT, with a NAME ` +
      `that "sources" in the service's config.json has for this account, and the queue, stream, topic, publication or key there as WHAT.`
    );
  const there = `queues of this service and account, and SQS-compatible queues, NATS JetStream, Kafka topics, Redis streams and PostgreSQL publications that "sources" in the service's config.json names (arn:aws:${sourceService}:::NAME/WHAT)`;
  if (service === 'kafka')
    return `Unrecognized event source ${given}: clusters that Amazon manages are not read from here. Topics of other clusters are, by SelfManagedEventSource and Topics, or as arn:aws:${sourceService}:::NAME/TOPIC.`;
  if (service === 'kinesis' || service === 'dynamodb' || service === 'mq' || service === 'rds')
    return `Unrecognized event source ${given}: this service does not read from ${service}. What it reads: ${there}.`;
  return `Unrecognized event source, must be one of what this service reads: ${there}. It is ${given}.`;
}

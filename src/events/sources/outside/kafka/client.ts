import type { BaseOptions, Consumer } from '@platformatic/kafka';
import { kafkaServers } from '../../../../model/functions/kafka-servers.ts';
import type { ConnectionOf } from '../outside-sources.ts';

const connectMsMax = 5_000;
/** The group waits so long for a member of which nothing is heard. */
const sessionMs = 10_000;
const heartbeatMs = 3_000;
/** And so long for one to join again when partitions are given out anew, which ours do at once. */
const rebalanceMs = 30_000;
/** The broker answers who joins when all others have: others in the group may have more time than ours. */
const requestMsMax = 60_000;
/** How often it is looked whether the topic has more partitions. */
const metadataMs = 60_000;

/** What clients of a connection are made with. */
export function clientOptions(to: ConnectionOf<'kafka'>): BaseOptions {
  const { url, user, password, mechanism = 'SCRAM-SHA-512', ca, cert, key } = to;
  const { servers = [], tls = false } = kafkaServers(url) ?? {};
  return {
    clientId: 'heddle',
    bootstrapBrokers: [...servers],
    connectTimeout: connectMsMax,
    requestTimeout: requestMsMax,
    metadataMaxAge: metadataMs,
    // A few, as when partitions are given out anew; what lasts longer is for whoever reads.
    retries: 3,
    retryDelay: 300,
    autocreateTopics: false,
    ...(tls && {
      tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    }),
    ...(user !== undefined && password !== undefined && { sasl: { mechanism, username: user, password } }),
  };
}

/** A member of a group, which has not joined it yet. `memberName` stays the same: who comes back by it after a death takes the place of who died. */
export async function memberOf(to: ConnectionOf<'kafka'>, groupId: string, memberName: string): Promise<Consumer> {
  const { Consumer: Member } = await import('@platformatic/kafka');
  return new Member({
    ...clientOptions(to),
    groupId,
    groupInstanceId: memberName,
    autocommit: false,
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    heartbeatStallTimeout: sessionMs * 2,
    rebalanceTimeout: rebalanceMs,
  });
}

/** What went wrong, with what was behind it: the client's own words often only say how many things did. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const behind = error.cause ?? first;
  return behind === undefined ? error.message : `${error.message} (${wordsOf(behind)})`;
}

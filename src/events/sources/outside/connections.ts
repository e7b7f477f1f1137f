import { ApiError } from '../../../api/errors.ts';
import { kafkaServers } from '../../../model/functions/kafka-servers.ts';
import type { SourceConnection } from '../../../model/functions/settings.ts';

/** The service in the ARN of a source that is outside: `arn:aws:heddle-source:::NAME/WHAT`. */
export const sourceService = 'heddle-source';

/** Which services events are taken from, by the names that whoever runs this service gives them. */
export interface SourceConnections {
  readonly connections: Readonly<Record<string, SourceConnection>>;
  readonly ownAccount: string;
}

/** What an ARN names: a queue, stream or key of a connection. */
export interface OutsideName {
  readonly connection: string;
  readonly what: string;
}

/** Undefined for ARNs of something else. */
export function outsideName(arn: string): OutsideName | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  if (service !== sourceService) return undefined;
  const [connection = '', ...what] = rest.join(':').split('/');
  return { connection, what: what.join('/') };
}

/** The connection that an ARN names, for an account; undefined where there is none, or the account may not use it. */
export function connectionOf(
  arn: string,
  account: string,
  { connections, ownAccount }: SourceConnections,
): SourceConnection | undefined {
  const name = outsideName(arn);
  if (name === undefined || name.what === '') return undefined;
  const found = Object.hasOwn(connections, name.connection) ? connections[name.connection] : undefined;
  return account === ownAccount || found?.accounts?.includes(account) === true ? found : undefined;
}

/** The beginning of the ARN of what is at brokers of Kafka: a connection that an account may use and that has all of them. */
export function kafkaAt(
  servers: readonly string[],
  account: string,
  { connections, ownAccount }: SourceConnections,
): string | undefined {
  const found = Object.entries(connections).find(([, { kind, url, accounts }]) => {
    const known = kind === 'kafka' ? (kafkaServers(url)?.servers ?? []) : [];
    const may = account === ownAccount || accounts?.includes(account) === true;
    return may && servers.length > 0 && servers.every((server) => known.includes(server));
  });
  return found === undefined ? undefined : `arn:aws:${sourceService}:::${found[0]}`;
}

/** It can be no event source; why, for people. */
export function refusedSource(message: string, cause?: unknown): ApiError {
  return new ApiError('InvalidParameterValueException', message, { cause });
}

import type { MappingRecord } from '../../../../store/durable/contracts/sources.ts';
import { refusedSource } from '../connections.ts';
import type { ConnectionOf } from '../outside-sources.ts';

type Connection = ConnectionOf<'kafka'>;

/** What a connection has to have for each kind of SourceAccessConfigurations that is not of AWS's own network. */
const needs: Readonly<Record<string, (to: Connection) => boolean>> = {
  BASIC_AUTH: ({ mechanism }) => mechanism === 'PLAIN',
  SASL_SCRAM_256_AUTH: ({ mechanism }) => mechanism === 'SCRAM-SHA-256',
  SASL_SCRAM_512_AUTH: ({ user, mechanism = 'SCRAM-SHA-512' }) => user !== undefined && mechanism === 'SCRAM-SHA-512',
  CLIENT_CERTIFICATE_TLS_AUTH: ({ cert }) => cert !== undefined,
  SERVER_ROOT_CA_CERTIFICATE: ({ ca }) => ca !== undefined,
  VPC_SUBNET: () => true,
  VPC_SECURITY_GROUP: () => true,
};

/**
 * Throws ApiError where a mapping asks to be let in otherwise than the operator has said: credentials are the connection's, and the secrets that a
 * mapping names are not read.
 */
export function checkAccess(to: Connection, { kept }: Pick<MappingRecord, 'kept'>): void {
  const list: unknown = kept['SourceAccessConfigurations'];
  for (const each of Array.isArray(list) ? list : []) {
    const type = String(Object(each).Type);
    if (needs[type]?.(to) === true) continue;
    const words =
      'is said by whoever runs the service, in "sources" of its config.json, which has none such for this cluster';
    throw refusedSource(`SourceAccessConfigurations has ${type}: how brokers are asked to let in ${words}.`);
  }
}

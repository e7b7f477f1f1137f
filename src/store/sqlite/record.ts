import { allRuntimes } from '../../model/runtimes/configuration.ts';
import type { FunctionRecord, FunctionState, FunctionUpdate } from '../../model/functions/function-record.ts';
import type { LayerRef } from '../../model/functions/layer.ts';
import {
  applicationLogLevels,
  systemLogLevels,
  type Capacity,
  type FunctionVersion,
  type LoggingSettings,
} from '../../model/functions/function.ts';
import type { SecretUse } from '../../model/secrets/secret-use.ts';
import type { PublishedVersion } from '../../model/functions/published-version.ts';
import { number, object, string } from './values.ts';

/** Reads a record back. Throws TypeError where the text is not what `JSON.stringify` of a record gives. */
export function decodeRecord(text: string): FunctionRecord {
  return recordFrom(object(JSON.parse(text)));
}

/** Reads a published version back. Throws as {@link decodeRecord} does. */
export function decodePublished(text: string): PublishedVersion {
  const from = object(JSON.parse(text));
  return {
    ...recordFrom(from),
    number: number(from['number']),
    functionDescription: string(from['functionDescription']),
  };
}

function recordFrom(record: Readonly<Record<string, unknown>>): FunctionRecord {
  return {
    latest: version(record['latest']),
    createdAt: number(record['createdAt']),
    state: state(record['state']),
    update: update(record['update']),
    tags: strings(record['tags']),
    ...(record['shownRevisionId'] === undefined ? {} : { shownRevisionId: string(record['shownRevisionId']) }),
    ...(record['guarded'] === true && { guarded: true }),
  };
}

function version(value: unknown): FunctionVersion {
  const from = object(value);
  return {
    account: string(from['account']),
    name: string(from['name']),
    version: string(from['version']),
    arn: string(from['arn']),
    revisionId: string(from['revisionId']),
    runtime: oneOf(allRuntimes, from['runtime']),
    handler: string(from['handler']),
    codeSha256: string(from['codeSha256']),
    codeBytes: number(from['codeBytes']),
    ...(from['layers'] === undefined ? {} : { layers: layers(from['layers']) }),
    memoryMb: number(from['memoryMb']),
    timeoutMs: number(from['timeoutMs']),
    environment: strings(from['environment']),
    ...(typeof from['environmentShown'] === 'boolean' && { environmentShown: from['environmentShown'] }),
    ...(from['tracing'] === undefined ? {} : { tracing: oneOf(tracingModes, from['tracing']) }),
    ...(from['logging'] === undefined ? {} : { logging: logging(from['logging']) }),
    ...(from['deadLetter'] === undefined ? {} : { deadLetter: string(from['deadLetter']) }),
    ...(from['storageMb'] === undefined ? {} : { storageMb: number(from['storageMb']) }),
    description: string(from['description']),
    role: string(from['role']),
    ...(from['vpc'] === undefined ? {} : { vpc: vpc(from['vpc']) }),
    ...(from['egress'] === undefined ? {} : { egress: string(from['egress']) }),
    ...(from['egressWithin'] === undefined ? {} : { egressWithin: list(from['egressWithin']) }),
    ...(from['secrets'] === undefined ? {} : { secrets: secretUses(from['secrets']) }),
    ...(from['tenancy'] === undefined ? {} : { tenancy: oneOf(['PER_TENANT'], from['tenancy']) }),
    ...(from['capacity'] === undefined ? {} : { capacity: capacity(from['capacity']) }),
    ...(from['durable'] === undefined ? {} : { durable: durable(from['durable']) }),
    ...(from['apart'] === true && { apart: true }),
    ...(from['policies'] === undefined ? {} : { policies: list(from['policies']) }),
    modifiedAt: number(from['modifiedAt']),
  };
}

function layers(value: unknown): readonly LayerRef[] {
  if (!Array.isArray(value)) throw new TypeError('The layers of a stored function are no list.');
  return value.map((each: unknown) => {
    const { arn, sha256, zipBytes, bytes, extensions } = object(each);
    const layer = { arn: string(arn), sha256: string(sha256), zipBytes: number(zipBytes), bytes: number(bytes) };
    return extensions === true ? { ...layer, extensions } : layer;
  });
}

const tracingModes = ['Active', 'PassThrough'] as const;

function logging(value: unknown): LoggingSettings {
  const { format, applicationLevel, systemLevel, group } = object(value);
  return {
    format: oneOf(['Text', 'JSON'], format),
    applicationLevel: oneOf(applicationLogLevels, applicationLevel),
    systemLevel: oneOf(systemLogLevels, systemLevel),
    ...(group === undefined ? {} : { group: string(group) }),
  };
}

function vpc(value: unknown): NonNullable<FunctionVersion['vpc']> {
  const { subnetIds, securityGroupIds } = object(value);
  return { subnetIds: list(subnetIds), securityGroupIds: list(securityGroupIds) };
}

function capacity(value: unknown): Capacity {
  const { kind, ceiling } = object(value);
  if (oneOf(['dedicated', 'variable'], kind) === 'dedicated') return { kind: 'dedicated' };
  return { kind: 'variable', ...(ceiling === undefined ? {} : { ceiling: number(ceiling) }) };
}

function durable(value: unknown): NonNullable<FunctionVersion['durable']> {
  const { timeoutSeconds, retentionDays } = object(value);
  return { timeoutSeconds: number(timeoutSeconds), retentionDays: number(retentionDays) };
}

function secretUses(value: unknown): readonly SecretUse[] {
  if (!Array.isArray(value)) throw new TypeError('The secrets of a stored function are no list.');
  return value.map((each: unknown) => {
    const { secret, variable, host, port, scheme, header, value: text, query } = object(each);
    return {
      secret: string(secret),
      host: string(host),
      port: number(port),
      scheme: oneOf(['https', 'http'], scheme),
      ...(variable === undefined ? {} : { variable: string(variable) }),
      ...(header === undefined ? {} : { header: string(header) }),
      ...(text === undefined ? {} : { value: string(text) }),
      ...(query === true && { query }),
    };
  });
}

function list(value: unknown): string[] {
  if (!Array.isArray(value)) throw new TypeError('A part of a stored function is no list.');
  return value.map(string);
}

function state(value: unknown): FunctionState {
  const { status, reason } = object(value);
  if (status === 'Active') return { status };
  if (status === 'Pending' || status === 'Failed') return { status, reason: string(reason) };
  throw new TypeError(`A function's state is ${String(status)}; it should be Pending, Active or Failed.`);
}

function update(value: unknown): FunctionUpdate {
  const { status, reason, serving } = object(value);
  if (status === 'Successful') return { status };
  if (status === 'InProgress' || status === 'Failed')
    return { status, reason: string(reason), serving: version(serving) };
  throw new TypeError(`A function's update is ${String(status)}; it should be Successful, InProgress or Failed.`);
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T {
  const known = values.find((name) => name === value);
  if (known === undefined)
    throw new TypeError(
      `A stored function has ${String(value)}, which this Heddle has not; it knows ${values.join(', ')}.`,
    );
  return known;
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value)).map(([key, text]) => [key, string(text)]));
}

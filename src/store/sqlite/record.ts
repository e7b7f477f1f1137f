import { runtimes } from '../../model/configuration.ts';
import type { RuntimeName } from '../../model/configuration.ts';
import type { FunctionRecord, FunctionState, FunctionUpdate } from '../../model/function-record.ts';
import type { FunctionVersion } from '../../model/function.ts';

/** Reads a record back. Throws TypeError where the text is not what `JSON.stringify` of a record gives. */
export function decodeRecord(text: string): FunctionRecord {
  const record = object(JSON.parse(text));
  return {
    latest: version(record['latest']),
    createdAt: number(record['createdAt']),
    state: state(record['state']),
    update: update(record['update']),
    tags: strings(record['tags']),
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
    runtime: runtime(from['runtime']),
    handler: string(from['handler']),
    codeSha256: string(from['codeSha256']),
    codeBytes: number(from['codeBytes']),
    memoryMb: number(from['memoryMb']),
    timeoutMs: number(from['timeoutMs']),
    environment: strings(from['environment']),
    description: string(from['description']),
    role: string(from['role']),
    modifiedAt: number(from['modifiedAt']),
  };
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

function runtime(value: unknown): RuntimeName {
  const known = runtimes.find((name) => name === value);
  if (known === undefined) throw new TypeError(`A function's runtime is ${String(value)}, which this Heddle has not.`);
  return known;
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('A part of a stored function is no object.');
  return Object.fromEntries(Object.entries(value));
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value)).map(([key, text]) => [key, string(text)]));
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A part of a stored function is no string.');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('A part of a stored function is no number.');
  return value;
}

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What is read of a shape in `service-2.json`. */
export interface SourceShape {
  readonly type: string;
  readonly members: ReadonlyMap<string, SourceMember>;
  readonly required: readonly string[];
  readonly payload: string | undefined;
  readonly member: string | undefined;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly pattern: string | undefined;
  readonly enum: readonly string[] | undefined;
  readonly sensitive: boolean;
  readonly exception: boolean;
}

export interface SourceMember {
  readonly shape: string;
  readonly location: string | undefined;
  readonly locationName: string | undefined;
}

export interface SourceOperation {
  readonly method: string;
  readonly uri: string;
  readonly input: string | undefined;
}

/** A model, as botocore carries it. */
export interface SourceModel {
  readonly operations: ReadonlyMap<string, SourceOperation>;
  readonly shapes: ReadonlyMap<string, SourceShape>;
}

/** Reads `service-2.json`, packed or not. Throws where it is something else. */
export function readModel(path: string): SourceModel {
  const bytes = readFileSync(path);
  const json: unknown = JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
  return {
    operations: mapOf(at(json, 'operations'), (value) => ({
      method: textAt(at(value, 'http'), 'method') ?? '',
      uri: textAt(at(value, 'http'), 'requestUri') ?? '',
      input: textAt(at(value, 'input'), 'shape'),
    })),
    shapes: mapOf(at(json, 'shapes'), shapeOf),
  };
}

function shapeOf(value: unknown): SourceShape {
  return {
    type: textAt(value, 'type') ?? '',
    members: mapOf(at(value, 'members') ?? {}, memberOf),
    required: textsAt(value, 'required') ?? [],
    payload: textAt(value, 'payload'),
    member: textAt(at(value, 'member'), 'shape'),
    key: textAt(at(value, 'key'), 'shape'),
    value: textAt(at(value, 'value'), 'shape'),
    min: numberAt(value, 'min'),
    max: numberAt(value, 'max'),
    pattern: textAt(value, 'pattern'),
    enum: textsAt(value, 'enum'),
    sensitive: at(value, 'sensitive') === true,
    exception: at(value, 'exception') === true,
  };
}

function memberOf(value: unknown): SourceMember {
  return {
    shape: textAt(value, 'shape') ?? '',
    location: textAt(value, 'location'),
    locationName: textAt(value, 'locationName'),
  };
}

function mapOf<T>(value: unknown, read: (value: unknown) => T): ReadonlyMap<string, T> {
  if (typeof value !== 'object' || value === null)
    throw new Error('This is no model of botocore: an object is missing.');
  return new Map(Object.entries(value).map(([name, each]) => [name, read(each)]));
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  const found = at(value, name);
  return typeof found === 'string' ? found : undefined;
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = at(value, name);
  return typeof found === 'number' ? found : undefined;
}

function textsAt(value: unknown, name: string): readonly string[] | undefined {
  const found = at(value, name);
  return Array.isArray(found) ? found.map(String) : undefined;
}

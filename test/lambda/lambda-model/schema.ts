import * as sdk from '@aws-sdk/client-lambda';

/**
 * What the JS SDK's compiled model says of answers. A schema is a number for what is simple, a function that gives an array for what has a name, or
 * an array of one of those and its traits. Source: @smithy/types, `schema/static-schemas` and `schema/sentinels`.
 */
type Schema = unknown;

/** One operation as the SDK knows it. */
export interface OperationSchema {
  readonly name: string;
  readonly method: string;
  readonly uri: string;
  /** Of an answer that has no `StatusCode` of its own. */
  readonly status: number;
  readonly output: Schema;
}

const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, operation: 9 } as const;
const listOf = 64;
const mapOf = 128;
/** Bits of a member's traits: its value is the whole body, or the answer's status. */
const notInBody = 16 | 32;

/** Every operation of the model. */
export function allOperations(): readonly OperationSchema[] {
  return Object.values(sdk).flatMap((value: unknown): OperationSchema[] => {
    if (!Array.isArray(value) || value[0] !== kinds.operation) return [];
    const [, , name, traits, , output] = value;
    const [method, uri, status] = Reflect.get(Object(traits), 'http');
    return [{ name: String(name), method: String(method), uri: String(uri), status: Number(status), output }];
  });
}

/** What the JSON of an answer has that the model does not, has not that it should, or has as something else. */
export function answerFaults(operation: OperationSchema, body: unknown): readonly string[] {
  const shape = resolved(operation.output);
  // `Unit`: nothing is answered.
  if (!Array.isArray(shape)) return body === undefined ? [] : ['has a body, and the model has none'];
  const members = membersOf(shape);
  if (members.some(({ payload }) => payload)) return [];
  return faultsOf(shape, body ?? {}, '');
}

/** The same of an error's JSON; its name must be one that the SDK has a class for, or one that every AWS service may answer with. */
export function errorFaults(name: string, body: unknown): readonly string[] {
  const shape: unknown = Reflect.get(sdk, `${name}$`);
  if (Array.isArray(shape)) return faultsOf(shape, body, '');
  const text: unknown = Reflect.get(Object(body), 'message');
  return typeof text === 'string' ? [] : ['has no message'];
}

function faultsOf(schema: Schema, value: unknown, at: string): readonly string[] {
  const shape = resolved(schema);
  const where = at === '' ? 'the answer' : at;
  // AWS writes null for what is not there.
  if (value === null) return [];
  if (typeof shape === 'number') return simpleFault(shape, value, where);
  if (!Array.isArray(shape)) return [];
  const [kind] = shape;
  if (kind === kinds.simple) return faultsOf(shape[4], value, at);
  if (kind === kinds.list) return listFaults(shape[4], value, where);
  if (kind === kinds.map) return mapFaults(shape[5], value, where);
  if (typeof value !== 'object' || Array.isArray(value)) return [`${where} is no object`];
  const members = membersOf(shape).filter(({ inBody }) => inBody);
  const unknown = Object.keys(value).filter((key) => !members.some(({ name }) => name === key));
  const missing = members.filter(({ name, required }) => required && Reflect.get(value, name) === undefined);
  return [
    ...unknown.map((key) => `${where} has ${key}, which the model has not`),
    ...missing.map(({ name }) => `${where} has no ${name}`),
    ...members.flatMap(({ name, of }) => {
      const each: unknown = Reflect.get(value, name);
      return each === undefined ? [] : faultsOf(of, each, at === '' ? name : `${at}.${name}`);
    }),
  ];
}

interface MemberSchema {
  readonly name: string;
  readonly of: Schema;
  readonly required: boolean;
  readonly inBody: boolean;
  readonly payload: boolean;
  readonly status: boolean;
}

function membersOf(shape: readonly unknown[]): readonly MemberSchema[] {
  const [names, schemas, required = 0] = [shape[4], shape[5], shape[6]];
  if (!Array.isArray(names) || !Array.isArray(schemas)) return [];
  return names.map((name, index) => {
    const schema: unknown = schemas[index];
    const traits: unknown = Array.isArray(schema) ? schema[1] : 0;
    const bits = typeof traits === 'number' ? traits : 0;
    const elsewhere = typeof traits === 'object' && traits !== null && 'httpHeader' in traits;
    return {
      name: String(name),
      of: schema,
      required: index < Number(required),
      inBody: !elsewhere && (bits & notInBody) === 0,
      payload: (bits & 16) !== 0,
      status: (bits & 32) !== 0,
    };
  });
}

function resolved(schema: Schema): Schema {
  if (typeof schema === 'function') return resolved(schema());
  // A schema with traits; one with a name has more than two, and begins with a number of its own.
  return Array.isArray(schema) && schema.length === 2 ? resolved(schema[0]) : schema;
}

function simpleFault(kind: number, value: unknown, where: string): readonly string[] {
  if (kind >= mapOf) return mapFaults(kind - mapOf, value, where);
  if (kind >= listOf) return listFaults(kind - listOf, value, where);
  const should = kind === 1 || (kind >= 4 && kind <= 7) ? 'number' : kind === 2 ? 'boolean' : 'string';
  return typeof value === should ? [] : [`${where} is no ${should}`];
}

function listFaults(of: Schema, value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value)) return [`${where} is no list`];
  return value.flatMap((each, index) => faultsOf(of, each, `${where}[${index}]`));
}

function mapFaults(of: Schema, value: unknown, where: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${where} is no map`];
  return Object.entries(value).flatMap(([key, each]) => faultsOf(of, each, `${where}.${key}`));
}

/** Whether the answer's status is a member of it, and thereby not said by the model. */
export function hasOwnStatus({ output }: OperationSchema): boolean {
  const shape = resolved(output);
  return Array.isArray(shape) && membersOf(shape).some(({ status }) => status);
}

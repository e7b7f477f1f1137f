import { limits } from '../../model/limits.ts';
import { ApiError } from '../errors.ts';
import { brokenBy, constraintsOf, shownValue, validationMessage, type Fault } from './faults.ts';
import { modelOperations } from './operations.ts';
import type { Member, ModelOperation, Shape } from './shape.ts';
import { modelShapes } from './shapes.ts';
import { checkType } from './types.ts';

/** Whence the members of a request are read. Each gives undefined for what is not there. */
export interface ModelRequest {
  parameter(name: string): string | undefined;
  queryAll(name: string): readonly string[];
  header(name: string): string | undefined;
  /** Only asked for where the operation has members in its body. */
  body(): Readonly<Record<string, unknown>>;
}

/** Where this service is narrower than the model, whose bounds are those of AWS's largest machines. */
const ownShapes: Readonly<Record<string, Shape>> = {
  MemorySize: { type: 'integer', min: limits.functionMemoryMbMin, max: limits.functionMemoryMbMax },
  Timeout: { type: 'integer', min: 1, max: limits.functionTimeoutMsMax / 1_000 },
  // These AWS prints in another order than its model has them.
  InvokeMode: { type: 'string', enum: ['RESPONSE_STREAM', 'BUFFERED'] },
  RecursiveLoop: { type: 'string', enum: ['Terminate', 'Allow'] },
  SnapStartApplyOn: { type: 'string', enum: ['PublishedVersions', 'None'] },
  // A policy of egress may have characters that AWS's tags may not.
  TagValue: { type: 'string', min: 0, max: 256 },
};

/** Members without which a request is right here: a role means nothing, and clients that need not send one get one. */
const notRequired: ReadonlySet<string> = new Set(['Role']);

const anyText: Shape = { type: 'string' };

/** Lists whose members AWS does not call "not null" in its refusals. */
const mayHaveNulls: ReadonlySet<string> = new Set(['SubnetId', 'SecurityGroupId']);

/** What requests of one API are checked by. */
export interface Model {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  /** By name; undefined for one that there is not. */
  shape(name: string): Shape | undefined;
}

const lambdaModel: Model = { operations: modelOperations, shape: (name) => ownShapes[name] ?? modelShapes[name] };

/**
 * Checks what a request says by a model, that of the Lambda API where none is given: types, members that must be there, bounds, patterns,
 * names of enumerations. Throws ValidationException with everything that is wrong, as AWS words it, or SerializationException for a value of
 * another type.
 */
export function checkRequest(operation: string, request: ModelRequest, model: Model = lambdaModel): void {
  const input = model.operations[operation]?.input;
  const shape = input === undefined ? undefined : shapeNamed(model, input);
  if (shape?.type !== 'structure') return;
  const inBody = Object.values(shape.members).some((member) => member.in === undefined);
  const body = inBody ? request.body() : {};
  const value = Object.fromEntries(
    Object.entries(shape.members)
      .filter(([, member]) => member.in !== 'payload')
      .map(([name, member]) => [name, read(model, request, body, name, member)]),
  );
  const faults = [...faultsOf(model, shape, value, '')];
  if (faults.length > 0) throw new ApiError('ValidationException', validationMessage(faults));
}

function read(
  model: Model,
  request: ModelRequest,
  body: Readonly<Record<string, unknown>>,
  name: string,
  member: Member,
): unknown {
  const there = member.name ?? name;
  const shape = shapeNamed(model, member.shape);
  if (member.in === 'uri') return typed(shape, request.parameter(there));
  if (member.in === 'header') return typed(shape, request.header(there.toLowerCase()));
  if (member.in !== 'querystring') return body[there] ?? undefined;
  const values = request.queryAll(there);
  if (shape.type === 'list') return values.length === 0 ? undefined : values;
  return typed(shape, values[0]);
}

/** What stands in a URL or header is text, whatever it means. */
function typed(shape: Shape, text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  if (shape.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (shape.type !== 'integer') return text;
  if (!/^-?\d{1,15}$/.test(text))
    throw new ApiError('SerializationException', `'${text.slice(0, 100)}' can not be converted to Integer`);
  return Number(text);
}

function* faultsOf(model: Model, shape: Shape, value: unknown, at: string): Generator<Fault> {
  checkType(shape, value);
  if (shape.type === 'structure') yield* faultsOfMembers(model, shape, value, at);
  const broken = brokenBy(shape, value);
  if (broken.length > 0) {
    const sensitive = shape.type === 'string' && shape.sensitive === true;
    const shown = sensitive ? undefined : shownValue(value, shape.type === 'double');
    for (const constraint of broken) yield { shown, member: at, constraint };
  }
  if (shape.type === 'list' && Array.isArray(value)) yield* faultsOfList(model, shape.of, value, at);
  if (shape.type === 'map' && isObject(value)) yield* faultsOfMap(model, shape.key, shape.value, value, at);
}

function* faultsOfMembers(
  model: Model,
  shape: Extract<Shape, { type: 'structure' }>,
  value: unknown,
  at: string,
): Generator<Fault> {
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(shape.members)) {
    if (member.in === 'payload') continue;
    const each = value[name] ?? undefined;
    const path = `${at}${at === '' ? '' : '.'}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    // The runtime of a function AWS refuses with another error, which function-settings.ts throws.
    const of = name === 'Runtime' ? anyText : shapeNamed(model, member.shape);
    if (each !== undefined) yield* faultsOf(model, of, each, path);
    else if (shape.required.includes(name) && !notRequired.has(name))
      yield { shown: 'null', member: path, constraint: 'Member must not be null' };
  }
}

function* faultsOfList(model: Model, of: string, list: readonly unknown[], at: string): Generator<Fault> {
  const shape = shapeNamed(model, of);
  if (shape.type === 'structure')
    for (const [index, each] of list.entries()) yield* faultsOf(model, shape, each, `${at}.${index + 1}.member`);
  for (const each of list) checkType(shape, each);
  if (!list.some((each) => brokenBy(shape, each).length > 0)) return;
  const rules = [...constraintsOf(shape), ...(mayHaveNulls.has(of) ? [] : ['Member must not be null'])];
  // AWS checks runtimes of layers in a place of its own.
  const constraint =
    of === 'Runtime' ? constraintsOf(shape).join() : `Member must satisfy constraint: [${rules.join(', ')}]`;
  yield { shown: shownValue(list), member: at, constraint };
}

function* faultsOfMap(
  model: Model,
  key: string,
  of: string,
  map: Readonly<Record<string, unknown>>,
  at: string,
): Generator<Fault> {
  const [keys, values] = [shapeNamed(model, key), shapeNamed(model, of)];
  for (const each of Object.values(map)) checkType(values, each);
  const wrongKey = Object.keys(map).some((each) => brokenBy(keys, each).length > 0);
  const wrongValue = Object.values(map).some((each) => brokenBy(values, each).length > 0);
  if (!wrongKey && !wrongValue) return;
  const secret = [keys, values].some((shape) => shape.type === 'string' && shape.sensitive === true);
  const shown = secret ? undefined : shownValue(map, values.type === 'double');
  if (wrongKey)
    yield { shown, member: at, constraint: `Map keys must satisfy constraint: [${constraintsOf(keys).join(', ')}]` };
  if (!wrongValue) return;
  const rules = [...constraintsOf(values), 'Member must not be null'];
  yield { shown, member: at, constraint: `Map value must satisfy constraint: [${rules.join(', ')}]` };
}

function shapeNamed(model: Model, name: string): Shape {
  const shape = model.shape(name);
  if (shape === undefined) throw new Error(`The model of the API has no shape ${name}.`);
  return shape;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

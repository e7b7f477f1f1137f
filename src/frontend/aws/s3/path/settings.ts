import type { BucketSettings } from '../../../../objects/tables/buckets.ts';
import { ObjectError } from '../../../../objects/errors.ts';

/** What objects go through functions at. */
export const pathKinds = ['get', 'head', 'list', 'put'] as const;

/** One of {@link pathKinds}. */
export type PathKind = (typeof pathKinds)[number];

/** A function that objects go through. */
export interface PathStep {
  /** Its name, with `:QUALIFIER` where it has one, or its ARN. */
  readonly function: string;
  /** Given to it as it is, with each object. */
  readonly payload?: string;
}

/** The functions that objects of a bucket or an access point go through, in this order. */
export type IoPath = Readonly<Record<PathKind, readonly PathStep[]>>;

/** One without any. */
export const noPath: IoPath = { get: [], head: [], list: [], put: [] };

const stepsMax = 8;
const payloadLengthMax = 4_096;

/** What is set. */
export function pathOf(settings: BucketSettings): IoPath {
  const { path } = settings;
  return path === undefined ? noPath : parsePath(path);
}

/** Reads a path. Throws InvalidArgument. */
export function parsePath(value: unknown): IoPath {
  if (!isRecord(value)) throw wrong('it is no object');
  const unknown = Object.keys(value).find((name) => !pathKinds.some((kind) => kind === name));
  if (unknown !== undefined) throw wrong(`there is no '${unknown.slice(0, 40)}': there are ${pathKinds.join(', ')}`);
  const steps = (kind: PathKind): readonly PathStep[] => {
    const given: unknown = value[kind] ?? [];
    if (!Array.isArray(given) || given.length > stepsMax)
      throw wrong(`'${kind}' is a list of at most ${stepsMax} functions`);
    return given.map(stepOf);
  };
  return { get: steps('get'), head: steps('head'), list: steps('list'), put: steps('put') };
}

function stepOf(value: unknown): PathStep {
  const { function: name, payload } = isRecord(value) ? value : { function: value, payload: undefined };
  if (typeof name !== 'string' || name === '' || name.length > 256)
    throw wrong('a step is the name of a function, or { "function": NAME, "payload": TEXT }');
  if (payload === undefined) return { function: name };
  if (typeof payload !== 'string' || payload.length > payloadLengthMax)
    throw wrong(`a payload is a text of at most ${payloadLengthMax} characters`);
  return { function: name, payload };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(why: string): ObjectError {
  return new ObjectError(
    'InvalidArgument',
    `An I/O path has lists of functions by what they are for (get, head, list, put): ${why}.`,
  );
}

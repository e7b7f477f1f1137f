import { inspect } from 'node:util';
import { decodeValue, encodeValue } from '../../../protocol/clone.ts';

// What a Worker threw, with what structured clone drops of an error: its code and other properties of its own.

/** Ways deep into causes and the like that errors are looked at; further down they are text. */
const depthMax = 8;

type Packed =
  | {
      readonly kind: 'error';
      readonly base: string;
      readonly properties: readonly (readonly [string, boolean, Packed])[];
    }
  | { readonly kind: 'symbol'; readonly key: string }
  | { readonly kind: 'value'; readonly value: unknown };

const bases: Readonly<Record<string, new (message?: string) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** Bytes of anything thrown. What cannot be cloned becomes the text that `util.inspect` gives. */
export function packThrown(thrown: unknown): Buffer {
  return encodeValue(packedOf(thrown, 0));
}

/** What {@link packThrown} was given, as far as that can be. Stacks show files as they are called here. */
export function unpackThrown(bytes: Uint8Array): unknown {
  const packed = decodeValue(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return isPacked(packed) ? thrownOf(packed) : packed;
}

function packedOf(thrown: unknown, depth: number): Packed {
  if (thrown instanceof Error && depth < depthMax) return packedError(thrown, depth);
  const key = typeof thrown === 'symbol' ? Symbol.keyFor(thrown) : undefined;
  if (key !== undefined) return { kind: 'symbol', key };
  try {
    encodeValue(thrown);
    return { kind: 'value', value: thrown };
  } catch {
    return { kind: 'value', value: inspect(thrown) };
  }
}

function packedError(error: Error, depth: number): Packed {
  const names = new Set(['name', 'message', 'stack', ...Object.getOwnPropertyNames(error)]);
  const properties: (readonly [string, boolean, Packed])[] = [];
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(error, name);
    try {
      const value: unknown = Reflect.get(error, name);
      if (typeof value !== 'function')
        properties.push([name, descriptor?.enumerable ?? false, packedOf(value, depth + 1)]);
    } catch {
      // A getter that throws: it is left out.
    }
  }
  return { kind: 'error', base: baseOf(error), properties };
}

/** The nearest of its classes that is known everywhere. */
function baseOf(error: Error): string {
  for (let proto: unknown = Object.getPrototypeOf(error); typeof proto === 'object' && proto !== null;) {
    const { constructor }: { constructor?: unknown } = proto;
    if (typeof constructor === 'function' && bases[constructor.name] === constructor) return constructor.name;
    proto = Object.getPrototypeOf(proto);
  }
  return 'Error';
}

function thrownOf(packed: Packed): unknown {
  if (packed.kind === 'value') return packed.value;
  if (packed.kind === 'symbol') return Symbol.for(packed.key);
  const error = new (bases[packed.base] ?? Error)();
  for (const [name, enumerable, inner] of packed.properties) {
    const value = thrownOf(inner);
    const shown = (name === 'stack' || name === 'message') && typeof value === 'string' ? withLocalPaths(value) : value;
    if (name === 'name' && error.name === shown) continue;
    Object.defineProperty(error, name, { value: shown, enumerable, configurable: true, writable: true });
  }
  return error;
}

/** In the container files lie below `files/` of its code, each under the path that it has here. */
function withLocalPaths(stack: string): string {
  return stack.replaceAll(/(?:\/var\/task|\/tmp\/heddle-late)\/files(?=\/)/g, '');
}

function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

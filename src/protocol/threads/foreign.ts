import { eachObject } from '../each-object.ts';

/** What cannot be sent, how it is called, and what to do instead. */
interface Foreign {
  readonly is: (value: unknown) => boolean;
  readonly called: string;
  readonly instead: string;
  /** The clone of it is an empty object, where others are refused by the platform. */
  readonly silent?: true;
}

const parts = "Send what comes of it as messages of the thread's port.";

const kinds: readonly Foreign[] = [
  {
    is: (value) => value instanceof AbortController,
    called: 'an AbortController',
    instead: 'Send its signal: what fires it here fires it there.',
    silent: true,
  },
  {
    is: (value) => value instanceof AbortSignal,
    called: 'an AbortSignal deep inside',
    instead: 'A signal can be an argument, or a property of one.',
    silent: true,
  },
  { is: isStream, called: 'a stream', instead: parts },
  {
    is: (value) => value instanceof Blob,
    called: 'a Blob or File',
    instead: 'Send its bytes: `await blob.arrayBuffer()`.',
  },
  { is: (value) => value instanceof Promise, called: 'a promise', instead: 'Await it first.' },
  {
    is: (value) => typeof value === 'function',
    called: 'a function',
    instead: 'A thread calls what its own module has: send data.',
  },
  { is: (value) => typeof value === 'symbol', called: 'a symbol', instead: 'Send its description.' },
  {
    is: (value) => value instanceof EventTarget && !(value instanceof MessagePort),
    called: 'an EventTarget',
    instead: parts,
    silent: true,
  },
];

function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const web = [ReadableStream, WritableStream, TransformStream].some((type) => value instanceof type);
  return web || ('pipe' in value && typeof value.pipe === 'function');
}

/** Throws DataCloneError for what a clone would make an empty object of, without a word. `args` can be cloned. */
export function refuseForeign(args: readonly unknown[]): void {
  let isThere = false;
  // Where it is, is only looked for where there is one: that takes longer.
  eachObject(args, (object) => {
    isThere ||= !isOrdinary(object) && (object instanceof EventTarget || object instanceof AbortController);
  });
  const found = isThere ? find(args, ({ silent }) => silent === true) : undefined;
  if (found !== undefined) throw refusal(found);
}

function isOrdinary(object: object): boolean {
  return Object.getPrototypeOf(object) === Object.prototype || Array.isArray(object);
}

/** The error with which arguments were refused, in words that say which of them it was, where that can be found. */
export function explained(error: unknown, args: readonly unknown[]): unknown {
  if (!(error instanceof DOMException)) return error;
  const found = find(args, () => true);
  return found === undefined ? error : refusal(found);
}

interface Found {
  readonly kind: Foreign;
  readonly path: readonly string[];
}

function refusal({ kind: { called, instead }, path: [index, ...rest] }: Found): DOMException {
  const place = rest.length === 0 ? '' : ` (\`${rest.join('.')}\` in it)`;
  const message = `Argument ${Number(index) + 1}${place} is ${called}, which cannot be sent to a thread. ${instead}`;
  return new DOMException(message, 'DataCloneError');
}

/** The first one, level by level, so that its path is short. Reads no getters. */
function find(args: readonly unknown[], wanted: (kind: Foreign) => boolean): Found | undefined {
  const asked = kinds.filter(wanted);
  const seen = new Set<unknown>();
  const left: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value: args, path: [] }];
  for (const { value, path } of left) {
    const kind = asked.find(({ is }) => is(value));
    if (kind !== undefined) return { kind, path };
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const [name, inner] of insideOf(value)) left.push({ value: inner, path: [...path, name] });
  }
  return undefined;
}

function insideOf(value: object): readonly (readonly [name: string, inner: unknown])[] {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map)
    return [...value].flatMap(([key, inner]) => [['key', key] as const, [String(key), inner] as const]);
  if (value instanceof Set) return [...value].map((inner, index) => [String(index), inner] as const);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, { value: inner, enumerable }]) =>
    enumerable === true ? [[name, inner] as const] : [],
  );
}

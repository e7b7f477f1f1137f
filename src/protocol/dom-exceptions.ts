import { eachObject } from './each-object.ts';

// V8's format knows the errors of the language only: it takes a DOMException, such as the reason of an AbortSignal, for a plain
// Error. A value with some in it travels in a list with them, their names and messages (V8 misses those, too), behind a byte with which V8 never begins.

/** The first byte of such a value. */
export const namedErrors = 0;

/** The DOMExceptions anywhere in a value that V8 has serialized. */
export function domExceptionsIn(value: unknown): readonly DOMException[] {
  const found: DOMException[] = [];
  eachObject(value, (object) => {
    if (object instanceof DOMException) found.push(object);
  });
  return found;
}

/** What travels in place of `value`. */
export function withNames(value: unknown, exceptions: readonly DOMException[]): readonly unknown[] {
  return [value, exceptions.map((exception) => [exception, exception.name, exception.message])];
}

/** The value, its DOMExceptions again what they were. Throws TypeError for what {@link withNames} never made. */
export function restoreDomExceptions(carried: unknown): unknown {
  if (!Array.isArray(carried) || !Array.isArray(carried[1])) throw new TypeError('A value comes without its errors.');
  const restored = new Map<unknown, DOMException>(carried[1].map((named: unknown) => restore(named)));
  const substitute = <T>(value: T): T | DOMException => restored.get(value) ?? value;
  const [value]: unknown[] = carried;
  eachObject(value, (object) => substituteIn(object, substitute));
  return substitute(value);
}

function restore(named: unknown): readonly [Error, DOMException] {
  const [error, name, message]: unknown[] = Array.isArray(named) ? named : [];
  if (!(error instanceof Error) || typeof name !== 'string' || typeof message !== 'string')
    throw new TypeError('An error comes without its name.');
  const exception = new DOMException(message, name);
  Object.defineProperty(exception, 'stack', { value: error.stack, configurable: true, writable: true });
  return [error, exception];
}

function substituteIn(object: object, substitute: (value: unknown) => unknown): void {
  if (ArrayBuffer.isView(object)) return;
  if (object instanceof Map) {
    const entries = [...object].map(([key, value]) => [substitute(key), substitute(value)] as const);
    object.clear();
    for (const [key, value] of entries) object.set(key, value);
  } else if (object instanceof Set) {
    const items = [...object].map((item) => substitute(item));
    object.clear();
    for (const item of items) object.add(item);
  } else if (object instanceof Error) {
    if (Object.hasOwn(object, 'cause')) Object.assign(object, { cause: substitute(object.cause) });
  } else {
    for (const [key, value] of Object.entries(object)) {
      const substituted = substitute(value);
      if (substituted !== value) Reflect.set(object, key, substituted);
    }
  }
}

import { decodeValue, encodeMessage, encodeReason, type Moved } from '../clone.ts';
import { explained, refuseForeign } from './foreign.ts';

// Arguments are cloned, which makes an empty object of an AbortSignal. One that is an argument, or a property of one, is relayed instead: the
// arguments then travel with a mark in its place, in a list with all marks, behind a byte with which no value begins (see dom-exceptions.ts).

const withSignals = 1;

/** Arguments on their way, and the signals among them: the thread is to be told when one fires, by its number. */
export interface EncodedArguments {
  readonly bytes: Buffer;
  readonly signals: readonly AbortSignal[];
}

/** Arguments as they came, and what fires the signals among them. */
export interface DecodedArguments {
  readonly args: readonly unknown[];
  readonly controllers: readonly AbortController[];
}

/** Detaches what is moved. Throws DataCloneError for what cannot be sent, with its place and what to do; nothing has happened then. */
export function encodeArguments(args: readonly unknown[], moved?: Moved): EncodedArguments {
  const marks = new Map<AbortSignal, object>();
  const copies = args.map((arg) => marked(arg, marks));
  const signals = [...marks.keys()];
  const value = signals.length === 0 ? args : [copies, statesOf(marks)];
  let bytes: Buffer;
  try {
    bytes = encodeMessage(value);
  } catch (error) {
    throw explained(error, copies);
  }
  refuseForeign(copies);
  if (moved !== undefined) encodeMessage(undefined, moved);
  return { bytes: signals.length === 0 ? bytes : Buffer.concat([Buffer.of(withSignals), bytes]), signals };
}

/** Throws for bytes that {@link encodeArguments} never made. */
export function decodeArguments(bytes: Buffer): DecodedArguments {
  if (bytes[0] !== withSignals) return { args: listOf(decodeValue(bytes)), controllers: [] };
  const [copies, states] = listOf(decodeValue(bytes.subarray(1)));
  const controllers = new Map(
    listOf(states).map((state) => {
      const [mark, aborted, reason] = listOf(state);
      const controller = new AbortController();
      if (aborted === true) controller.abort(reason);
      return [mark, controller] as const;
    }),
  );
  const args = listOf(copies).map((arg) => unmarked(arg, controllers));
  return { args, controllers: [...controllers.values()] };
}

function statesOf(marks: ReadonlyMap<AbortSignal, object>): readonly unknown[] {
  return [...marks].map(([{ aborted, reason }, mark]) => [mark, aborted, aborted ? cloned(reason) : undefined]);
}

/** A reason crosses as it would elsewhere, also where both ends are here. */
export function cloned(reason: unknown): unknown {
  return decodeValue(encodeReason(reason));
}

function marked(arg: unknown, marks: Map<AbortSignal, object>): unknown {
  const mark = (signal: AbortSignal): object => {
    const known = marks.get(signal) ?? {};
    marks.set(signal, known);
    return known;
  };
  if (arg instanceof AbortSignal) return mark(arg);
  if (!isPlain(arg)) return arg;
  const signals = Object.keys(arg).flatMap((key) => {
    // A getter is left to whoever clones it.
    const value: unknown = Object.getOwnPropertyDescriptor(arg, key)?.value;
    return value instanceof AbortSignal ? [[key, mark(value)] as const] : [];
  });
  return signals.length === 0 ? arg : { ...arg, ...Object.fromEntries(signals) };
}

function unmarked(arg: unknown, controllers: ReadonlyMap<unknown, AbortController>): unknown {
  const own = controllers.get(arg);
  if (own !== undefined) return own.signal;
  if (isPlain(arg))
    for (const [key, value] of Object.entries(arg)) {
      const controller = controllers.get(value);
      if (controller !== undefined) Reflect.set(arg, key, controller.signal);
    }
  return arg;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const numberBytes = 4;

/** The body of a lane message: the signal of this number has fired. */
export function encodeAbort(index: number, reason: unknown): Buffer {
  const head = Buffer.alloc(numberBytes);
  head.writeUInt32LE(index);
  return Buffer.concat([head, encodeReason(reason)]);
}

/** Throws for what {@link encodeAbort} never made. */
export function decodeAbort(body: Buffer): { readonly index: number; readonly reason: unknown } {
  return { index: body.readUInt32LE(0), reason: decodeValue(body.subarray(numberBytes)) };
}

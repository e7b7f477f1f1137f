import { MessageChannel, MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { forgetOthers } from '../../protocol/platform/pool.ts';
import { nameOf, pack, refusal, type PortNames } from './relay/values.ts';
import { withoutPoolCounters } from './pool-counters.ts';

let channel: MessageChannel | undefined;

/** What `postMessage` takes as its second argument. */
export type TransferArgument = readonly unknown[] | { readonly transfer?: readonly unknown[] } | undefined;

/**
 * Bytes of a value of user code, for another machine. Node's own `postMessage` clones it first, so that what may be sent, what is
 * transferred, and each error is as ever. Then it is seen whether all of it can leave this machine.
 *
 * @param args - of `postMessage`: the value and what is transferred.
 * @param onText - is told of strings in it that look like the path or URL of a module.
 * @throws DataCloneError for what cannot be sent.
 */
export function packOut(args: readonly unknown[], ports: PortNames, onText: (text: string) => void): Buffer {
  const own = cloneHere(args);
  checkOut(own, onText);
  forgetOthers(own);
  return pack(own, ports);
}

function cloneHere(args: readonly unknown[]): unknown {
  channel ??= new MessageChannel();
  const [value, ...rest] = args;
  const sent = args.length === 0 ? args : [withoutPoolCounters(value), ...rest];
  const { port1, port2 } = channel;
  Reflect.apply(port1.postMessage.bind(port1), undefined, sent);
  const received: unknown = receiveMessageOnPort(port2)?.message;
  return received;
}

const known = new Set<unknown>(
  [
    null,
    ...[
      Object,
      Array,
      Map,
      Set,
      Date,
      RegExp,
      Boolean,
      Number,
      String,
      BigInt,
      Symbol,
      ArrayBuffer,
      DataView,
      MessagePort,
    ],
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
  ].map((one) => (one === null ? null : Reflect.get(one, 'prototype'))),
);

/** A clone only has objects of JavaScript's own and of Node's; the latter, but for ports, stay on this machine. */
function checkOut(value: unknown, onText: (text: string) => void): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') onText(next);
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (ArrayBuffer.isView(next)) {
      if (next.buffer instanceof SharedArrayBuffer) throw refusal('SharedArrayBuffer');
    } else if (!known.has(Object.getPrototypeOf(next))) throw refusal(nameOf(next));
    else if (next instanceof Map) waiting.push(...next.keys(), ...next.values());
    else if (next instanceof Set) waiting.push(...next);
    else if (Array.isArray(next)) for (const item of next) waiting.push(item);
    else if (next instanceof Error) waiting.push(next.cause);
    else if (!(next instanceof MessagePort)) for (const item of Object.values(next)) waiting.push(item);
  }
}

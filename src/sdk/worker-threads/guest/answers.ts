import { postMessageToThread, type Worker } from 'node:worker_threads';
import type { GuestFrame, HostFrame } from '../relay/frames.ts';
import { packThrown } from '../relay/thrown.ts';
import { unpack, type PortNames } from '../relay/values.ts';

type Question = HostFrame & { readonly type: 'ask' };

/** Answers what a Worker is asked; of a heap snapshot its bytes, and null at their end, before the answer. */
export async function answer(
  worker: Worker,
  question: Question,
  names: PortNames,
  send: (frame: GuestFrame) => void,
): Promise<void> {
  const { seq } = question;
  try {
    const { value, parts } = await answerOf(worker, question, names);
    if (parts !== undefined) {
      for await (const data of parts) send({ type: 'part', seq, data });
      send({ type: 'part', seq, data: null });
    }
    send({ type: 'answer', seq, value });
  } catch (error) {
    send({ type: 'answer', seq, value: undefined, thrown: packThrown(error) });
  }
}

async function answerOf(
  worker: Worker,
  { method, bytes }: Question,
  names: PortNames,
): Promise<{ readonly value?: unknown; readonly parts?: AsyncIterable<Uint8Array> }> {
  const { value: given, ports } = unpack(bytes, names);
  if (method === 'getHeapSnapshot') return { parts: await call(worker, method, [given]) };
  if (method !== 'thread-message') return { value: await call(worker, method, given === undefined ? [] : [given]) };
  const [value, timeoutMs]: readonly unknown[] = Array.isArray(given) ? given : [];
  await postMessageToThread(worker.threadId, value, ports, ...(typeof timeoutMs === 'number' ? [timeoutMs] : []));
  return {};
}

/** Newer methods are missing in the types. */
function call(worker: Worker, name: string, args: readonly unknown[]): Promise<never> {
  const method: unknown = Reflect.get(worker, name);
  if (typeof method !== 'function') throw new TypeError(`A Worker of Node ${process.version} has no ${name}.`);
  return Reflect.apply(method, worker, args);
}

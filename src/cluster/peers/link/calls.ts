import type { PeerHandler, PeerStream } from '../../contract.ts';
import { decodeValue, encodeValue } from './value.ts';

/** A call is a conversation with one message, its result; or it ends with the error. Rejects with that, with the signal's reason, or PeerLostError. */
export function call(stream: PeerStream, signal: AbortSignal | undefined): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const abandon = (): void => {
    stream.end(new DOMException('Whoever asked wants it no more.', 'AbortError'));
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', abandon, { once: true });
  let answered = false;
  // Its end follows, from the other side.
  stream.onMessage = (message) => {
    answered = true;
    resolve(decodeValue(message));
  };
  void stream.ended.then((error) => {
    signal?.removeEventListener('abort', abandon);
    if (!answered) reject(error ?? new Error(`Host ${stream.host} ended a call without a result.`));
  });
  return promise;
}

/** Has a call answered by its handler, whose signal fires when nobody waits for it any more. */
export function answerCall(stream: PeerStream, handler: PeerHandler, body: unknown): void {
  const left = new AbortController();
  let answered = false;
  void stream.ended.then((error) => {
    if (!answered) left.abort(error);
  });
  void (async () => {
    try {
      const result = encodeValue(await handler(body, stream.host, left.signal));
      answered = true;
      stream.endWith(result);
    } catch (error) {
      answered = true;
      stream.end(error instanceof Error ? error : new Error(String(error)));
    }
  })();
}

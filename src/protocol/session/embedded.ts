/** What the program and the service in its worker thread say to each other, beside the bytes of a session. */
export type EmbeddedMessage =
  | { readonly type: 'ready'; readonly driver: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stopped' };

/** What the worker thread is started with. */
export interface EmbeddedData {
  readonly home: string;
}

/** Bytes and the list of what is moved with them: a copy of their own, so that no pool they lie in is cloned as a whole. */
export function moved(bytes: Uint8Array): [Uint8Array, [ArrayBuffer]] {
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  return [own, [own.buffer]];
}

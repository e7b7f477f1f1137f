/** What the program and the service in its worker thread say to each other, beside the bytes of a session. */
export type EmbeddedMessage =
  | { readonly type: 'ready'; readonly driver: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stopped' };

/** What the worker thread is started with. */
export interface EmbeddedData {
  readonly home: string;
}

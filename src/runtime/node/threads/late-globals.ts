/**
 * Globals that Node loads when somebody looks at them, by the module of Node's that they come from. To look at all of them takes 20 ms, most
 * of which is `fetch`'s machinery.
 */
export const lateGlobals: Readonly<Record<string, readonly string[]>> = {
  'internal/deps/undici/undici': [
    'FormData',
    'Headers',
    'Request',
    'Response',
    'MessageEvent',
    'CloseEvent',
    'WebSocket',
    'EventSource',
  ],
  'internal/webstreams/transformstream': ['TransformStream', 'TransformStreamDefaultController'],
  'internal/webstreams/writablestream': [
    'WritableStream',
    'WritableStreamDefaultController',
    'WritableStreamDefaultWriter',
  ],
  'internal/webstreams/readablestream': [
    'ReadableStream',
    'ReadableStreamDefaultReader',
    'ReadableStreamBYOBReader',
    'ReadableStreamBYOBRequest',
    'ReadableByteStreamController',
    'ReadableStreamDefaultController',
  ],
  'internal/webstreams/queuingstrategies': ['ByteLengthQueuingStrategy', 'CountQueuingStrategy'],
  'internal/webstreams/encoding': ['TextEncoderStream', 'TextDecoderStream'],
  'internal/webstreams/compression': ['CompressionStream', 'DecompressionStream'],
  'internal/file': ['File'],
  'internal/crypto/webcrypto': ['Crypto', 'CryptoKey', 'SubtleCrypto'],
  'internal/navigator': ['Navigator'],
};

/** The modules that Node has loaded until now: their number changes whenever there are others. */
export function loadedModules(): readonly string[] {
  const list: unknown = Reflect.get(process, 'moduleLoadList');
  return Array.isArray(list) ? list : [];
}

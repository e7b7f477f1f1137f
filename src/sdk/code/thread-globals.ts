/** Global names of JavaScript and Node that a thread has: those of Node 22, and then those that came by Node 24. */
export const threadGlobals: ReadonlySet<string> = new Set(
  `
  AbortController AbortSignal AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Blob Boolean
  BroadcastChannel Buffer ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent
  DOMException DataView Date DecompressionStream Error EvalError Event EventTarget File FinalizationRegistry Float32Array
  Float64Array FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math
  MessageChannel MessageEvent MessagePort NaN Navigator Number Object Performance PerformanceEntry PerformanceMark
  PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming Promise Proxy RangeError
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader ReferenceError Reflect RegExp Request Response Set
  SharedArrayBuffer String SubtleCrypto Symbol SyntaxError TextDecoder TextDecoderStream TextEncoder TextEncoderStream
  TransformStream TransformStreamDefaultController TypeError URIError URL URLSearchParams Uint16Array Uint32Array
  Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly WebSocket WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearImmediate clearInterval clearTimeout console
  crypto decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval fetch global globalThis isFinite isNaN
  navigator parseFloat parseInt performance process queueMicrotask setImmediate setInterval setTimeout structuredClone
  undefined unescape

  AsyncDisposableStack CloseEvent DisposableStack Float16Array SuppressedError URLPattern
`
    .trim()
    .split(/\s+/),
);

/**
 * What functions find in a thread beside globals: `require`, for Node's own modules and what is bundled, and `__name`,
 * which esbuild (and so tsx) puts into the functions that it transpiles. On one line each.
 */
export const helpers: ReadonlyMap<string, string> = new Map([
  ['require', "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"],
  ['__name', "const __name = (target, value) => Object.defineProperty(target, 'name', { value, configurable: true });"],
]);

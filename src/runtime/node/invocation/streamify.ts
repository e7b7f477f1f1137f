import { preludeContentType } from '../../../model/invocations/answer-stream.ts';
import { RuntimeFault } from '../errors/errors.ts';
import type { ResponseStream } from '../streams/response-stream.ts';

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const highWaterMarkOf = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const delimiterBytes = 8;

/** Whether a handler was made by `awslambda.streamifyResponse`. Throws `Runtime.MalformedStreamingHandler` as AWS's. */
export function isStreaming(handler: object): boolean {
  const mark: unknown = Reflect.get(handler, streaming);
  if (mark === undefined || mark === null || mark === false) return false;
  if (mark === 'response') return true;
  throw new RuntimeFault('MalformedStreamingHandler', 'Only response streaming is supported.');
}

/** How much a streaming handler's stream takes before `write` gives false, bytes, where it says so. */
export function highWaterMark(handler: object): number | undefined {
  const value: unknown = Reflect.get(handler, highWaterMarkOf);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Gives user code the global `awslambda`. */
export function installAwslambda(): void {
  const awslambda = {
    streamifyResponse: (handler: object, options?: { readonly highWaterMark?: unknown }): object => {
      Reflect.set(handler, streaming, 'response');
      if (typeof options?.highWaterMark === 'number')
        Reflect.set(handler, highWaterMarkOf, Math.trunc(options.highWaterMark));
      return handler;
    },
    HttpResponseStream: { from: withPrelude },
  };
  Object.defineProperty(globalThis, 'awslambda', { value: awslambda, writable: true, configurable: true });
}

/** AWS's format of an answer with `preludeContentType`: JSON of status and headers, 8 zero bytes, body. */
function withPrelude(stream: ResponseStream, prelude: unknown): ResponseStream {
  stream.setContentType(preludeContentType);
  const json = JSON.stringify(prelude);
  stream._onBeforeFirstWrite = (write) => {
    write(json);
    write(new Uint8Array(delimiterBytes));
  };
  return stream;
}

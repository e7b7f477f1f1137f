import type { RuntimeInit } from '../../../protocol/messages.ts';
import type { UserFunction } from '../loading/load-handler.ts';
import { makeContext, type LambdaContext } from './context.ts';
import { takesCallbacks } from './handler-style.ts';
import type { Measured } from './answer.ts';
import type { Invocation } from './invocation.ts';
import type { RunningAnswer } from '../streams/running-answer.ts';
import { ResponseStream } from '../streams/response-stream.ts';
import { highWaterMark, isStreaming } from './streamify.ts';

/** How user code answered. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  /** All of its answer was written. */
  | { readonly kind: 'stream'; readonly lastFrames: (measured: Measured) => readonly Buffer[] }
  | { readonly kind: 'error'; readonly thrown: unknown };

/** What calls a handler, and hears of it. */
export interface Caller {
  /** Everything is made ready: its first line comes now. */
  readonly onStart: () => void;
  /** Makes what a streaming handler's answer goes to. Called once, where there is one. */
  readonly answer: () => RunningAnswer;
  /** An answer, of which the first counts. */
  readonly settle: Settle;
}

type Settle = (outcome: Outcome) => void;

/**
 * Runs a handler for an invocation. May never call `settle`: a handler that forgets its callback is answered for when the event loop is
 * empty.
 */
export function callHandler(init: RuntimeInit, handler: UserFunction, invocation: Invocation, caller: Caller): void {
  const { onStart, settle } = caller;
  try {
    if (isStreaming(handler)) return callStreaming(init, handler, invocation, caller);
    const { event } = invocation;
    const context = makeContext(init, invocation);
    const callback = takesCallbacks ? makeCallback(invocation, settle) : undefined;
    if (takesCallbacks) addLegacy(context, settle);
    onStart();
    const returned = callback === undefined ? handler(event, context) : handler(event, context, callback);
    if (isThenable(returned)) {
      invocation.promised = true;
      returned.then(
        (value) => settle({ kind: 'value', value }),
        (thrown) => settle({ kind: 'error', thrown }),
      );
    } else if (!takesCallbacks) {
      settle({ kind: 'value', value: returned });
    }
  } catch (thrown) {
    settle({ kind: 'error', thrown });
  }
}

function makeCallback(invocation: Invocation, settle: Settle): (error?: unknown, result?: unknown) => void {
  return (error, result) => {
    if (invocation.calledBack !== undefined) return;
    if (error !== undefined && error !== null) settle({ kind: 'error', thrown: error });
    else if (invocation.waitsForEmptyEventLoop) invocation.calledBack = { result };
    else settle({ kind: 'value', value: result });
  };
}

function addLegacy(context: LambdaContext, settle: Settle): void {
  const done = (error?: unknown, result?: unknown): void => {
    if (error === undefined || error === null) settle({ kind: 'value', value: result });
    else settle({ kind: 'error', thrown: error });
  };
  Object.assign(context, {
    done,
    succeed: (result?: unknown): void => done(undefined, result),
    fail: (error?: unknown): void => done(error ?? 'handled'),
  });
}

function callStreaming(
  init: RuntimeInit,
  handler: UserFunction,
  invocation: Invocation,
  { onStart, answer: makeAnswer, settle }: Caller,
): void {
  const answer = makeAnswer();
  const stream = (answer.stream = new ResponseStream(answer.out, highWaterMark(handler)));
  const whole: Outcome = {
    kind: 'stream',
    lastFrames: (measured) => answer.lastFrames(stream.contentType, measured),
  };
  const { event } = invocation;
  const context = makeContext(init, invocation);
  // Only an ended stream is an answer; until then an empty event loop means that it was forgotten.
  invocation.promised = true;
  const finished = new Promise<void>((resolve, reject) => {
    stream.on('finish', resolve);
    // Code goes on when nobody reads it any more, and its end is the invocation's.
    stream.on('error', (error) => (error === stream.left ? resolve() : reject(error)));
    stream.on('close', () => reject(new Error('The response stream was destroyed before it ended.')));
  });
  onStart();
  const returned = handler(event, stream, context);
  Promise.all([returned, finished]).then(
    () => settle(whole),
    (thrown: unknown) => {
      if (thrown !== undefined && thrown === stream.left) settle(whole);
      else whenSent(stream, () => settle({ kind: 'error', thrown }));
    },
  );
}

/** What was written before a handler failed goes out first. */
function whenSent(stream: ResponseStream, then: () => void): void {
  if (stream.destroyed || stream.writableLength === 0) return then();
  stream.once('close', then);
  if (!stream.writableEnded) stream.end();
}

interface Thenable {
  then(onValue: (value: unknown) => void, onError: (thrown: unknown) => void): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

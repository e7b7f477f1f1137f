import type { RuntimeInit } from '../../../protocol/messages.ts';
import type { UserFunction } from '../loading/load-handler.ts';
import { makeContext, type LambdaContext } from './context.ts';
import type { Invocation } from './invocation.ts';
import { isStreaming, ResponseStream } from './streamify.ts';

/** How user code answered. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly stream: ResponseStream }
  | { readonly kind: 'error'; readonly thrown: unknown };

type Settle = (outcome: Outcome) => void;

/** AWS Lambda's Node 24 has no `context.done` and so on any more, and takes what a handler returns as its answer. */
const hasLegacyContext = Number(process.versions.node.split('.')[0]) < 24;

/**
 * Runs a handler for an invocation. `onStart` is called when everything is made ready, right before its first line;
 * `settle` for each answer that it gives, of which the first counts. May never call `settle`: a handler that forgets its
 * callback is answered for when the event loop is empty.
 */
export function callHandler(
  init: RuntimeInit,
  handler: UserFunction,
  invocation: Invocation,
  onStart: () => void,
  settle: Settle,
): void {
  const context = makeContext(init, invocation);
  try {
    if (isStreaming(handler)) return callStreaming(handler, invocation, context, onStart, settle);
    if (hasLegacyContext) addLegacy(context, settle);
    const callback = makeCallback(invocation, settle);
    const { event } = invocation;
    onStart();
    const returned = handler(event, context, callback);
    if (isThenable(returned)) {
      invocation.promised = true;
      returned.then(
        (value) => settle({ kind: 'value', value }),
        (thrown) => settle({ kind: 'error', thrown }),
      );
    } else if (isAnswer(handler, returned)) {
      settle({ kind: 'value', value: returned });
    }
  } catch (thrown) {
    settle({ kind: 'error', thrown });
  }
}

/**
 * Whether a value that is no promise is the answer. Not where the handler takes a callback: what an arrow function such
 * as `(event, context, done) => setTimeout(done, 10)` returns is an accident. Nor `undefined` where there may be a call
 * of `context.done` to come.
 */
function isAnswer(handler: UserFunction, returned: unknown): boolean {
  return handler.length < 3 && (returned !== undefined || !hasLegacyContext);
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
  handler: UserFunction,
  invocation: Invocation,
  context: LambdaContext,
  onStart: () => void,
  settle: Settle,
): void {
  const stream = new ResponseStream();
  const { event } = invocation;
  // Only an ended stream is an answer; until then an empty event loop means that it was forgotten.
  invocation.promised = true;
  const finished = new Promise<void>((resolve, reject) => {
    stream.on('finish', resolve);
    stream.on('error', reject);
  });
  onStart();
  const returned = handler(event, stream, context);
  Promise.all([returned, finished]).then(
    () => settle({ kind: 'stream', stream }),
    (thrown: unknown) => settle({ kind: 'error', thrown }),
  );
}

interface Thenable {
  then(onValue: (value: unknown) => void, onError: (thrown: unknown) => void): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

import { RuntimeFault } from '../errors/errors.ts';
import type { UserFunction } from '../loading/load-handler.ts';
import { isStreaming } from './streamify.ts';

/**
 * Until Node 22 a handler may answer by a callback or by `context.done`, and what it returns is only heard if that is a promise. From Node 24
 * on it has neither, and whatever it returns is its answer.
 */
export const takesCallbacks: boolean = Number(process.versions.node.split('.')[0]) < 24;

/**
 * The handler itself. Throws `Runtime.CallbackHandlerDeprecated`, in AWS Lambda's words, for one that declares a callback where
 * there are none: AWS looks at how many parameters it declares, whatever it does with them.
 */
export function checkedHandler(handler: UserFunction): UserFunction {
  if (takesCallbacks || handler.length < 3 || isStreaming(handler)) return handler;
  throw new RuntimeFault(
    'CallbackHandlerDeprecated',
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this ' +
      'function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
      'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}

import type { Extension } from './api/extension.ts';

/** AWS Lambda's line in the function's log for each extension. */
export function extensionLine({ name, state, events, errorType }: Extension): string {
  const error = errorType === undefined ? '' : `\tError Type: ${errorType}`;
  return `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(', ')}]${error}`;
}

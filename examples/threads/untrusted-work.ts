import { inspect } from 'node:util';

/** The constructor of async functions, which has no name of its own. */
const AsyncFunction: unknown = Object.getPrototypeOf(async () => undefined).constructor;

/** Runs the body of an async function; what it gives as text, so that anything at all can be shown. */
export async function runSnippet(source: string): Promise<string> {
  if (typeof AsyncFunction !== 'function') throw new TypeError('This runtime has no async functions.');
  const snippet: unknown = Reflect.construct(AsyncFunction, [source]);
  if (typeof snippet !== 'function') throw new TypeError('The snippet is no function.');
  return inspect(await Reflect.apply(snippet, undefined, []));
}

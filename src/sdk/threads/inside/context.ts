import { threadContextKey, type ThreadContext } from '../../../protocol/threads/thread-context.ts';

let findInline: () => ThreadContext | undefined = () => undefined;

/** Says how a thread is found that runs in its parent's process: by the entry for threads, for only Node can tell them apart. */
export function provideContext(how: () => ThreadContext | undefined): void {
  findInline = how;
}

/** The context of the thread that this code runs in; undefined in a program that is none. */
export function threadContext(): ThreadContext | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the runtime of our own version put it there
  return findInline() ?? (Reflect.get(globalThis, threadContextKey) as ThreadContext | undefined);
}

/** The same for code that only runs in threads. Throws in a program that is none. */
export function ownContext(): ThreadContext {
  const found = threadContext();
  if (found !== undefined) return found;
  throw new Error(
    'This is the `heddle` of code in a thread, and no thread runs here. Start it by `spawn` or `remote`.',
  );
}

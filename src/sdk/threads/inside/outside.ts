import type { ThreadContext } from '../../../protocol/threads/thread-context.ts';

/** What code that runs in a thread has from whoever started it. */
export interface InsideThread extends Pick<ThreadContext, 'port' | 'signal'> {
  /** 0, or in a fork of the thread its number, from 1. */
  readonly forkIndex: number;
  /** Calls `listener` in each fork of this thread that is made from now on, with its number, before anything else of its code runs. Gives what takes that back. */
  onFork(listener: (forkIndex: number) => void): () => void;
}

/** Modules of threads may be loaded outside of one, for their types or their tests, but not ask for what only a thread has. */
function refuse(what: string): never {
  throw new Error(
    `\`thread.${what}\` was asked for outside of a thread. It is there in a function that \`spawn\` or \`remote\` runs.`,
  );
}

/** The thread that this code runs in. In a thread `src/sdk/inside.ts` has another one in its place. */
export const thread: InsideThread = {
  get port(): ThreadContext['port'] {
    return refuse('port');
  },
  get signal(): AbortSignal {
    return refuse('signal');
  },
  get forkIndex(): number {
    return refuse('forkIndex');
  },
  onFork(): () => void {
    return refuse('onFork');
  },
};

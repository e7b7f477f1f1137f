import { encodeFrame } from '../../../protocol/framing/encode.ts';
import type { RuntimeRequest } from '../../../protocol/messages.ts';
import { forkIndexVariable, threadContextKey, type ThreadFork } from '../../../protocol/threads/thread-context.ts';
import { reseed } from './reseed.ts';

type HoldRequest = RuntimeRequest & { readonly type: 'hold' | 'reseed' | 'go-on' };

/** How often it is looked whether anything came, while user code is held, ms. */
const lookEveryMs = 1;
const { wait } = Atomics;
const heldFrame = encodeFrame({ type: 'held' });

/**
 * Lets no user code run on the main thread while the instance is saved for forks, and until each of them is somebody of its own. The event loop stands
 * still, so that what comes from the host is read past it.
 *
 * This room is what a runtime has to do with forks: `reseed.ts` makes copies differ.
 */
export class Hold {
  readonly #write: (frame: readonly Buffer[]) => void;
  readonly #poll: () => void;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #held = false;

  /** `poll` delivers what has come from the host, to {@link receive} too. */
  constructor(write: (frame: readonly Buffer[]) => void, poll: () => void) {
    this.#write = write;
    this.#poll = poll;
  }

  /** Whether a request is for this. */
  static takes(request: RuntimeRequest): request is HoldRequest {
    return request.type === 'hold' || request.type === 'reseed' || request.type === 'go-on';
  }

  receive(request: HoldRequest): void {
    switch (request.type) {
      case 'hold':
        // Not in the middle of what was just read.
        return queueMicrotask(() => this.#stand());
      case 'reseed':
        reseed(request.randomSeed);
        return this.#write(heldFrame);
      case 'go-on':
        this.#held = false;
        if (request.forkIndex > 0) becomeFork(request);
    }
  }

  #stand(): void {
    this.#held = true;
    this.#write(heldFrame);
    while (this.#held) {
      this.#poll();
      if (this.#held) wait(this.#sleeper, 0, 0, lookEveryMs);
    }
  }
}

function becomeFork({ forkIndex, environment }: RuntimeRequest & { readonly type: 'go-on' }): void {
  Object.assign(process.env, environment, { [forkIndexVariable]: `${forkIndex}` });
  const context: unknown = Reflect.get(globalThis, threadContextKey);
  if (!isForked(context)) return;
  const { fork } = context;
  fork.index = forkIndex;
  // What one of them throws is as if its own code had thrown it.
  for (const listener of fork.listeners) queueMicrotask(() => listener(forkIndex));
}

function isForked(context: unknown): context is { readonly fork: ThreadFork } {
  return typeof context === 'object' && context !== null && 'fork' in context;
}

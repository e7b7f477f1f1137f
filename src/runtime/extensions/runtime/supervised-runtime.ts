import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../../protocol/messages.ts';
import type { ProcessEnd } from '../processes/process-end.ts';

/** Who hears what a supervised runtime says. */
export interface RuntimeEvents {
  onMessage(message: RuntimeMessage): void;
  /** Printed to file descriptors 1 and 2, past the runtime. */
  onText(text: string): void;
  /** Once: its process has ended, and all that it printed was told. */
  onEnd(end: ProcessEnd): void;
}

/**
 * A runtime that has a supervisor where others have the host. Life: `start` once, then `receive` as the host would say it, then its end, by
 * itself, by `terminate`, or by `kill`. `init` makes it wait before its first handler, until it is told `go`.
 */
export interface SupervisedRuntime {
  /** One of ours in a process of its own: it needs a FIFO for what is printed past it, and says the rest message by message. */
  readonly isChild: boolean;
  /** Resolves when it can take requests; `init` is the first of them. What goes wrong is told as its end. */
  start(init: RuntimeInit, fifo: string | undefined): Promise<void>;
  receive(request: RuntimeRequest): void;
  /** Tells at once what it has printed until now. */
  drain(): void;
  /** Asks it to end. */
  terminate(): void;
  kill(): void;
}

/** Makes one. */
export type MakeRuntime = (events: RuntimeEvents) => SupervisedRuntime;

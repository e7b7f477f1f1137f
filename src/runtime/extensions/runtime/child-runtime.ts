import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex, Writable } from 'node:stream';
import { Connection } from '../../../protocol/framing/connection.ts';
import { encodeFrame } from '../../../protocol/framing/encode.ts';
import { initOnWire } from '../../../protocol/init-on-wire.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../../protocol/messages.ts';
import { parseRuntimeMessage } from '../../../protocol/validate.ts';
import { Fifo } from '../processes/fifo.ts';
import type { MakeRuntime, RuntimeEvents, SupervisedRuntime } from './supervised-runtime.ts';

/** How a runtime is started for a function. */
export interface RuntimeCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** As a runtime that takes over where another one was: what was said already is on the second. */
const [channelFd, readAheadFd] = [3, 4];

/** How long after its process has ended a runtime's channel is read, milliseconds. */
const lastWordsMs = 100;

/** A runtime of ours in a process of its own, started as it is where a function's options ask for that. */
export class ChildRuntime implements SupervisedRuntime {
  readonly isChild = true;
  readonly #command: (init: RuntimeInit) => RuntimeCommand;
  readonly #taskRoot: string;
  readonly #events: RuntimeEvents;
  #child: ChildProcess | undefined;
  #connection: Connection<RuntimeMessage, RuntimeRequest> | undefined;
  #fifo: Fifo | undefined;

  constructor(command: (init: RuntimeInit) => RuntimeCommand, taskRoot: string, events: RuntimeEvents) {
    this.#command = command;
    this.#taskRoot = taskRoot;
    this.#events = events;
  }

  static maker(command: (init: RuntimeInit) => RuntimeCommand, taskRoot: string): MakeRuntime {
    return (events) => new ChildRuntime(command, taskRoot, events);
  }

  async start(init: RuntimeInit, path: string = ''): Promise<void> {
    const { program, args, environment } = this.#command(init);
    const fifo = new Fifo(path, (text) => this.#events.onText(text));
    this.#fifo = fifo;
    const { writer } = fifo;
    const stdio = ['ignore', writer, writer, 'pipe', 'pipe'] as const;
    const child = spawn(program, args, { cwd: this.#taskRoot, env: environment, stdio: [...stdio] });
    this.#child = child;
    fifo.started();
    child.once('error', (error) => {
      this.#events.onText(`[heddle] ${program} could not be started: ${error.message}\n`);
      this.#events.onEnd({ code: 127, signal: null });
    });
    const [channel, readAhead] = [streamOf(child, channelFd), streamOf(child, readAheadFd)];
    if (!(channel instanceof Duplex) || !(readAhead instanceof Writable)) return;
    readAhead.on('error', () => undefined).end(Buffer.concat(encodeFrame(initOnWire(init))));
    const hungUp = new Promise<void>((resolve) => {
      this.#connection = new Connection<RuntimeMessage, RuntimeRequest>(channel, parseRuntimeMessage, {
        onMessage: (message) => this.#events.onMessage(message),
        onEnd: () => {
          // Whoever closes his channel, or says what no runtime says, is of no use any more.
          this.kill();
          resolve();
        },
      });
    });
    child.once('exit', (code, signal) => {
      // Its last answer may lie in the channel, which something that it started may hold open.
      const late = setTimeout(() => this.#connection?.close(), lastWordsMs);
      void hungUp.then(() => {
        clearTimeout(late);
        this.drain();
        this.#events.onEnd({ code, signal });
      });
    });
  }

  receive(request: RuntimeRequest): void {
    this.#connection?.send(request);
  }

  drain(): void {
    this.#fifo?.drain();
  }

  terminate(): void {
    this.#child?.kill('SIGTERM');
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }
}

function streamOf(child: ChildProcess, fd: number): unknown {
  const all: readonly unknown[] = child.stdio;
  return all[fd];
}

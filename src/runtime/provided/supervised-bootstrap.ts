import { decode } from '../../protocol/framing/decode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import type { RuntimeInit, RuntimeRequest } from '../../protocol/messages.ts';
import { parseRuntimeMessage } from '../../protocol/validate.ts';
import type { RuntimeEvents, SupervisedRuntime } from '../extensions/runtime/supervised-runtime.ts';
import type { Launcher } from './bootstrap/launcher.ts';
import type { BootstrapOutput } from './bootstrap/output.ts';
import type { ProvidedServer } from './serve.ts';

/** A bootstrap and its server in this process, with the supervisor of extensions in the host's place. */
export class SupervisedBootstrap implements SupervisedRuntime {
  readonly isChild = false;
  readonly #server: ProvidedServer;
  readonly #output: BootstrapOutput;
  readonly #launcher: Launcher;
  readonly #decoder: FrameDecoder;

  constructor(server: ProvidedServer, output: BootstrapOutput, launcher: Launcher, events: RuntimeEvents) {
    this.#server = server;
    this.#output = output;
    this.#launcher = launcher;
    this.#decoder = new FrameDecoder((body) => events.onMessage(parseRuntimeMessage(decode(body))));
    output.between = (text) => events.onText(text);
    void launcher.exited.then((exit) => {
      output.drain();
      events.onEnd(exit);
    });
  }

  /** Takes what the server would say to the host. */
  hear(frame: readonly Buffer[]): void {
    for (const part of frame) this.#decoder.push(part);
  }

  async start(init: RuntimeInit): Promise<void> {
    this.#server.receive(init);
  }

  receive(request: RuntimeRequest): void {
    this.#server.receive(request);
  }

  drain(): void {
    this.#output.drain();
  }

  terminate(): void {
    this.#launcher.kill('SIGTERM');
  }

  kill(): void {
    this.#launcher.kill('SIGKILL');
  }
}

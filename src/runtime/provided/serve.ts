import { constants } from 'node:os';
import { ProtocolError } from '../../model/errors.ts';
import type { FunctionErrorBody, RuntimeInit, RuntimeRequest } from '../../protocol/messages.ts';
import { errorFrame, initialisedFrame, payloadFrame, startedFrame, type Measured } from '../node/invocation/answer.ts';
import { StreamedAnswer } from '../node/streams/streamed-answer.ts';
import type { InvocationLog } from '../node/output/invocation-log.ts';
import { RuntimeApi, type ApiInvocation } from './api/runtime-api.ts';
import { badBootstrap, bootstrapHint, noBootstrap } from './bootstrap/entry-point.ts';
import type { BootstrapExit } from './bootstrap/launcher.ts';
import { programUsage } from './bootstrap/usage.ts';

const anyType = 'application/octet-stream';
/** Something is always waited for here: the bootstrap's next request. */
const alwaysHeld = { ref: (): void => undefined, unref: (): void => undefined };

/** What the server needs of the world. */
export interface ServerParts {
  readonly writer: { write(frame: readonly Buffer[]): void };
  readonly log: Pick<InvocationLog, 'open' | 'close' | 'write' | 'requestId'>;
  readonly output: { drain(): void; open: boolean };
  readonly launcher: {
    readonly pid: number;
    start(program: string, environment: Readonly<Record<string, string>>): Promise<number | undefined>;
  };
  /** Where a bootstrap may be, and the one that is there. */
  readonly folders: readonly string[];
  readonly find: (folders: readonly string[]) => string | undefined;
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: () => string;
  exit(code: number): void;
}

const nothing = Buffer.alloc(0);

interface Running {
  readonly request: ApiInvocation;
  startedAt: number | undefined;
  cpuMs: number;
  initMs: number | undefined;
  /** Where it streams its answer; and what resolves when nobody takes it any more. */
  answer: { readonly out: StreamedAnswer; readonly drop: () => void } | undefined;
}

/**
 * Serves one container of an OS-only runtime: between the host's channel and the bootstrap, which asks for its invocations by the
 * Runtime API. `init` once, then `invoke` any number of times, one at a time; the first of them starts the bootstrap. Out of order
 * throws ProtocolError.
 */
export class ProvidedServer {
  readonly api: RuntimeApi;
  readonly #parts: ServerParts;
  #init: RuntimeInit | undefined;
  #bootstrap: string | undefined;
  #initialised = false;
  #running: Running | undefined;
  #starting = false;
  #endedEarly: BootstrapExit | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.api = new RuntimeApi(
      {
        onReady: () => this.#ready(),
        onStream: () => this.#stream(),
        onResult: (payload) => this.#answer((measured) => this.#resultFrames(payload, measured)),
        onError: (error) => this.#answer((measured) => errorFrame('invoke', error, measured)),
        onInitError: (error) => this.#failInit(error),
      },
      () => this.#init?.functionArn ?? '',
    );
  }

  receive(request: RuntimeRequest): void {
    if (request.type === 'invoke') return this.#invoke(request);
    if (request.type === 'go') return this.api.go();
    if (request.type === 'took') return this.#running?.answer?.out.took(request.bytes);
    if (request.type === 'left') return this.#running?.answer?.drop();
    if (request.type !== 'init') throw new ProtocolError(`The host sent \`${request.type}\`, which has no place here.`);
    if (this.#init !== undefined) throw new ProtocolError('The host sent `init` a second time.');
    this.#init = request;
    if (request.gated === true) this.api.hold();
  }

  /** The bootstrap has ended, and so does the container: with the same code, as the caller is told it. */
  ended(exit: BootstrapExit): void {
    // Whether it ever was one is about to be known.
    if (this.#starting) this.#endedEarly = exit;
    else this.#leave(exit);
  }

  #leave({ code, signal }: BootstrapExit): void {
    this.#parts.output.drain();
    // As bubblewrap, and every shell, says it.
    this.#parts.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
  }

  #invoke(request: ApiInvocation): void {
    if (this.#init === undefined) throw new ProtocolError('The host sent `invoke` before `init`.');
    if (this.#running !== undefined) throw new ProtocolError('The host sent `invoke` while another one runs.');
    if (request.thread === true) throw new ProtocolError('The host sent a thread to a runtime that has none.');
    const running: Running = { request, startedAt: undefined, cpuMs: 0, initMs: undefined, answer: undefined };
    this.#running = running;
    this.#parts.log.requestId = request.requestId;
    if (this.#bootstrap === undefined) {
      void this.#start(this.#init, running);
    } else {
      // What was printed since the last answer is not this one's.
      this.#parts.output.drain();
      this.#begin(running);
      running.cpuMs = programUsage(this.#parts.launcher.pid).cpuMs;
      this.api.invoke(request);
    }
  }

  async #start(init: RuntimeInit, running: Running): Promise<void> {
    const { launcher, folders, find, address, log } = this.#parts;
    const { requestId } = running.request;
    const program = find(folders);
    if (program === undefined) {
      log.write(bootstrapHint(program));
      return this.#failStart(noBootstrap(requestId, folders));
    }
    this.#bootstrap = program;
    // OS-only runtimes are told of no execution environment.
    const { AWS_EXECUTION_ENV: _, ...environment } = init.environment;
    this.#starting = true;
    if (running.request.initialise !== true) this.api.invoke(running.request);
    // Held until it is known whose it is.
    this.#parts.output.open = true;
    const errno = await launcher.start(program, { ...environment, AWS_LAMBDA_RUNTIME_API: address() });
    if (errno !== undefined) {
      log.write(bootstrapHint(program, errno));
      return this.#failStart(badBootstrap(requestId, program, errno));
    }
    this.#starting = false;
    this.#begin(running);
    if (this.#endedEarly !== undefined) this.#leave(this.#endedEarly);
  }

  #failStart(error: FunctionErrorBody): void {
    this.#failInit(error);
    this.#parts.exit(1);
  }

  /** The program's first line may have run already, by a moment: what is said here is never too early. */
  #begin(running: Running): void {
    if (this.#running !== running || running.startedAt !== undefined) return;
    this.#parts.writer.write(startedFrame);
    this.#parts.log.open();
    this.#parts.output.open = true;
    running.startedAt = performance.now();
  }

  /** The bootstrap asks for its first invocation: its time-out counts from here. */
  #ready(): void {
    const running = this.#running;
    if (this.#initialised || running === undefined) return;
    // It may be quicker than the news that it runs.
    this.#begin(running);
    this.#initialised = true;
    running.initMs = performance.now() - (running.startedAt ?? 0);
    if (running.request.initialise === true) {
      // Nothing keeps back what comes next.
      this.api.go();
      this.#answer((measured) => payloadFrame(nothing, measured));
    } else this.#parts.writer.write(initialisedFrame);
  }

  #failInit(error: FunctionErrorBody): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#parts.log.open();
    this.#parts.output.drain();
    this.#parts.writer.write(errorFrame('init', error, this.#measured(running), true));
    this.#running = undefined;
  }

  #stream(): { readonly out: StreamedAnswer; readonly dropped: Promise<void> } {
    const { promise: dropped, resolve } = Promise.withResolvers<void>();
    const out = new StreamedAnswer({ writer: this.#parts.writer, channel: alwaysHeld });
    const drop = (): void => {
      out.drop();
      resolve();
    };
    if (this.#running !== undefined) this.#running.answer = { out, drop };
    return { out, dropped };
  }

  #resultFrames(payload: Buffer, measured: Measured): readonly Buffer[] {
    const begun = this.#running?.answer?.out.end(anyType) ?? [];
    return [...begun, ...payloadFrame(payload, measured)];
  }

  #answer(frame: (measured: Measured) => readonly Buffer[]): void {
    const running = this.#running;
    if (running === undefined) return;
    const { output, log, writer } = this.#parts;
    output.drain();
    writer.write(frame(this.#measured(running)));
    output.open = false;
    log.close();
    this.#running = undefined;
  }

  #measured({ startedAt, cpuMs: before, initMs }: Running): Measured {
    const { cpuMs, memoryMb } = programUsage(this.#parts.launcher.pid);
    const ranMs = startedAt === undefined ? undefined : performance.now() - startedAt;
    const used = Math.max(0, cpuMs - before);
    return { initMs, ranMs, cpuMs: used, memoryPeakMb: memoryMb, printedRaw: false, spent: false };
  }
}

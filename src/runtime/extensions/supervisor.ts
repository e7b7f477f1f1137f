import { ProtocolError } from '../../model/errors.ts';
import { encodeFrame } from '../../protocol/framing/encode.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { InvocationLog } from '../node/output/invocation-log.ts';
import { ExtensionsApi } from './api/extensions-api.ts';
import { Registry } from './api/registry.ts';
import { extensionLine } from './extension-line.ts';
import { extensionFailure, failureFrame, runtimeFailure, type Failure } from './failure.ts';
import { InitRecord } from './init-record.ts';
import { InvocationRecord } from './invocation-record.ts';
import { Members } from './members.ts';
import { SupervisedOutput } from './output.ts';
import type { ExtensionProcess } from './processes/external-extensions.ts';
import type { ProcessEnd } from './processes/process-end.ts';
import type { SupervisedRuntime } from './runtime/supervised-runtime.ts';
import type { ShutdownReason } from './shut-down.ts';
import type { Phase, SupervisorParts } from './supervisor-parts.ts';
import { Telemetry } from './telemetry/telemetry.ts';

const restedFrame = encodeFrame({ type: 'rested' });

type Invoke = RuntimeRequest & { readonly type: 'invoke' };
type Answer = RuntimeMessage & { readonly type: 'result' | 'error' };

/**
 * Stands between the host's channel and the runtime of a container whose layers have extensions. To the host it is the runtime, which
 * takes a while longer; to extensions it is AWS Lambda: it starts them before the runtime, tells them of each invocation, waits for them
 * after the answer (`lingers` on that, then `rested`), and when the host says `shutdown`, tells them, waits for their end, and ends. What
 * ends out of turn, extension or runtime, fails the invocation, and ends all others in the same way.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #telemetry = new Telemetry();
  readonly #registry = new Registry();
  readonly #output: SupervisedOutput;
  readonly #api: ExtensionsApi;
  readonly #runtime: SupervisedRuntime;
  readonly #members: Members;
  #phase: Phase = 'extensions';
  #init: RuntimeInit | undefined;
  #initRecord: InitRecord | undefined;
  /** The runtime is about to call its first handler, or has said why it will not. */
  #runtimeReady = false;
  #startRuntime: (() => Promise<void>) | undefined;
  #first: Invoke | undefined;
  #current: InvocationRecord | undefined;
  #answered = false;
  /** Why it is over with this container, where that was its own doing. */
  #failure: Failure | undefined;
  /** Resolves when nothing else runs any more. */
  #ended: Promise<void> | undefined;
  /** What an extension said before it ended. */
  #reported: string | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    const log = new InvocationLog(parts.writer);
    this.#output = new SupervisedOutput(log, this.#telemetry);
    this.#api = new ExtensionsApi(
      this.#registry,
      {
        onChange: () => this.#changed(),
        onError: (_, errorType) => (this.#reported ??= errorType),
        onSubscribe: (extension, subscription) => this.#telemetry.subscribe(extension.name, subscription),
      },
      () => this.#init,
    );
    this.#runtime = parts.makeRuntime({
      onMessage: (message) => this.#heard(message),
      onText: (text) => this.#output.printed(text),
      onEnd: (end) => {
        this.#members.runtimeGone();
        if (this.#phase !== 'ending') this.#fail(runtimeFailure(end));
      },
    });
    this.#members = new Members(this.#registry, this.#runtime, this.#telemetry);
  }

  /** `init` once, then as a runtime's, and `shutdown` at any time. */
  receive(request: RuntimeRequest): void {
    switch (request.type) {
      case 'init':
        this.#begin(request).catch((error: unknown) =>
          this.#fail({ errorType: 'Extension.LaunchError', message: String(error) }),
        );
        return;
      case 'invoke':
        return this.#invoke(request);
      case 'shutdown':
        this.#end(request.reason, request.timeoutMs);
        return this.#leave();
      default:
        this.#runtime.receive(request);
    }
  }

  async #begin(init: RuntimeInit): Promise<void> {
    if (this.#init !== undefined) throw new ProtocolError('The host sent `init` a second time.');
    this.#init = init;
    this.#telemetry.jsonLog = init.environment['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';
    this.#initRecord = new InitRecord(init, this.#telemetry);
    const address = await this.#parts.serve(this.#api);
    const environment = { ...init.environment, AWS_LAMBDA_RUNTIME_API: address };
    const failure = await this.#members.startExtensions(this.#parts.folder, environment, {
      onText: (name, text) => this.#output.extension(name, text),
      onGone: (process, end) => this.#extensionGone(process, end),
    });
    if (failure !== undefined) return this.#fail(failure);
    this.#startRuntime = () => this.#launch({ ...init, environment });
    this.#changed();
  }

  async #launch(init: RuntimeInit): Promise<void> {
    this.#phase = 'runtime';
    await this.#members.startRuntime(init);
    if (this.#phase !== 'runtime') return;
    this.#phase = 'function';
    this.#parts.writer.write(restedFrame);
    if (this.#first !== undefined) this.#runtime.receive(this.#first);
  }

  #invoke(request: Invoke): void {
    this.#answered = false;
    this.#output.open();
    if (this.#phase === 'ready') {
      this.#announce(request);
      return this.#runtime.receive(request);
    }
    // The first one: its initialisation comes before it.
    this.#first = request;
    if (this.#failure !== undefined) this.#failNow(this.#failure);
    else if (this.#phase === 'function') this.#runtime.receive(request);
  }

  /** An extension has registered, or waits for its next event. */
  #changed(): void {
    const { ready, registered } = this.#registry;
    if (this.#phase === 'extensions' && registered) {
      const start = this.#startRuntime;
      this.#startRuntime = undefined;
      if (start !== undefined) void start();
    } else if (this.#phase === 'function' && this.#runtimeReady && ready) this.#initialised();
    else if (this.#phase === 'post' && ready) this.#rested();
  }

  /** Runtime and extensions wait for the first invocation, or its answer is there already: no handler was called. */
  #initialised(): void {
    this.#registry.closed = true;
    this.#telemetry.closeSubscriptions();
    this.#initRecord?.finished(this.#registry.all, (line) => this.#output.note(line));
    if (this.#first === undefined || this.#answered) return this.#rested();
    this.#parts.writer.write(encodeFrame({ type: 'initialised' }));
    this.#announce(this.#first);
    this.#runtime.receive({ type: 'go' });
  }

  #announce(request: Invoke): void {
    if (this.#init === undefined) throw new ProtocolError('The host sent `invoke` before `init`.');
    this.#phase = 'invoke';
    const record = (this.#current = new InvocationRecord(this.#init, request, this.#telemetry));
    for (const extension of this.#registry.listeningTo('INVOKE')) extension.tell(record.event);
  }

  #heard(message: RuntimeMessage): void {
    const { writer } = this.#parts;
    switch (message.type) {
      case 'hello':
        return;
      case 'initialised':
        this.#runtimeReady = true;
        this.#initRecord?.runtimeDone();
        return this.#changed();
      case 'log':
        this.#output.logged(message.text, this.#runtime.isChild);
        return writer.write(encodeFrame(message));
      case 'part':
        this.#current?.part(message.data.length);
        return writer.write(encodeFrame(message));
      case 'result':
      case 'error':
        return this.#answer(message);
      default:
        writer.write(encodeFrame(message));
    }
  }

  #answer(answer: Answer): void {
    if (this.#phase === 'ending' || this.#answered) return;
    this.#answered = true;
    this.#runtime.drain();
    this.#output.close();
    const exits = answer.type === 'error' && answer.exits === true;
    this.#current?.answered(answer);
    if (exits && this.#current === undefined) this.#initRecord?.failed(answer.error.errorType);
    const { printedRaw: _, ...whole } = answer;
    const lingers = !exits && !(this.#phase === 'invoke' && this.#registry.ready);
    this.#parts.writer.write(encodeFrame(lingers ? { ...whole, lingers: true } : whole));
    if (exits) return this.#failRuntime(answer);
    if (this.#phase === 'function') {
      // Its payload was none, or the like: extensions are told nothing.
      this.#runtimeReady = true;
      this.#initRecord?.runtimeDone();
      return this.#changed();
    }
    if (lingers) this.#phase = 'post';
    else this.#finish();
  }

  /** It has said so itself, and is about to end. */
  #failRuntime({ error: { errorType, errorMessage } }: Answer & { readonly type: 'error' }): void {
    this.#failure = { errorType, message: errorMessage };
    this.#end('failure');
    this.#leave();
  }

  #finish(): void {
    this.#phase = 'ready';
    this.#current?.finished();
    this.#current = undefined;
  }

  #rested(): void {
    this.#finish();
    this.#parts.writer.write(restedFrame);
  }

  #extensionGone(process: ExtensionProcess, end: ProcessEnd): void {
    const { extension, launchError } = process;
    if (launchError !== undefined) extension.errorType = launchError;
    extension.gone(launchError === undefined ? 'Exited' : 'LaunchError');
    if (this.#phase === 'ending') return;
    this.#output.note(extensionLine(extension));
    this.#fail(extensionFailure(process, end, this.#reported));
  }

  /** It is over with this container: says so to whoever waits for an answer, and ends. */
  #fail(failure: Failure): void {
    if (this.#current === undefined) this.#initRecord?.failed(failure.errorType);
    this.#failure = failure;
    const before = this.#phase;
    this.#end('failure');
    if (this.#first !== undefined) return this.#failNow(failure);
    // There is nobody to tell yet: the first invocation will hear of it.
    if (before !== 'function') this.#parts.writer.write(restedFrame);
  }

  #failNow(failure: Failure): void {
    const request = this.#current?.request ?? this.#first;
    this.#output.note(`${failure.errorType}: ${failure.message}`);
    if (request !== undefined && !this.#answered) {
      this.#answered = true;
      this.#output.close();
      const phase = this.#current === undefined ? 'init' : 'invoke';
      this.#parts.writer.write(failureFrame(failure, request.requestId, phase));
    }
    this.#leave();
  }

  /** This process ends when all others have. */
  #leave(): void {
    void this.#ended?.then(() => this.#parts.exit(this.#failure === undefined ? 0 : 1));
  }

  #end(reason: ShutdownReason, timeoutMs?: number): void {
    if (this.#phase === 'ending') return;
    this.#phase = 'ending';
    this.#api.ending = true;
    const record = this.#current;
    if (record !== undefined && !this.#answered) record.answered(undefined, this.#failure?.errorType ?? reason);
    record?.finished(this.#failure?.errorType ?? (reason === 'spindown' ? undefined : reason));
    this.#ended = this.#members.shutDown(reason, timeoutMs).then(() => this.#output.end());
  }
}

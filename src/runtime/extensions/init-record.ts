import type { RuntimeInit } from '../../protocol/messages.ts';
import type { Extension } from './api/extension.ts';
import { extensionLine } from './extension-line.ts';
import { rounded } from './invocation-record.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

const mebibyte = 1_048_576;

/** Initialisation as the platform tells of it, in AWS Lambda's shapes. */
export class InitRecord {
  readonly #telemetry: Telemetry;
  readonly #beganAt = performance.now();
  readonly #common: object;
  #runtimeDone = false;

  constructor(init: RuntimeInit, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    const type = init.environment['AWS_LAMBDA_INITIALIZATION_TYPE'] ?? 'on-demand';
    this.#common = { initializationType: type, phase: 'init' };
    telemetry.platform('initStart', {
      ...this.#common,
      runtimeVersion: init.environment['AWS_EXECUTION_ENV']?.replace('AWS_Lambda_', '') ?? 'provided',
      functionName: init.functionName,
      functionVersion: init.functionVersion,
      instanceId: init.logStream,
      instanceMaxMemory: init.memoryMb * mebibyte,
    });
  }

  /** The runtime waits for its first invocation. */
  runtimeDone(): void {
    if (this.#runtimeDone) return;
    this.#runtimeDone = true;
    this.#telemetry.platform('initRuntimeDone', { ...this.#common, status: 'success' });
  }

  /** All wait for it. `note` takes a line for the function's log. */
  finished(extensions: readonly Extension[], note: (line: string) => void): void {
    for (const extension of extensions) {
      const { name, state, events } = extension;
      this.#telemetry.platform('extension', { name, state, events });
      note(extensionLine(extension));
    }
    this.#report({ status: 'success' });
  }

  failed(errorType: string): void {
    const end = { status: 'error', errorType };
    if (!this.#runtimeDone) this.#telemetry.platform('initRuntimeDone', { ...this.#common, ...end });
    this.#runtimeDone = true;
    this.#report(end);
  }

  #report(end: object): void {
    const durationMs = rounded(performance.now() - this.#beganAt);
    this.#telemetry.platform('initReport', { ...this.#common, ...end, metrics: { durationMs } });
  }
}

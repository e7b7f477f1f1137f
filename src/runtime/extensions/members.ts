import { rmSync } from 'node:fs';
import type { RuntimeInit } from '../../protocol/messages.ts';
import { extensionsMax, type Registry } from './api/registry.ts';
import type { Failure } from './failure.ts';
import type { ExtensionProcess } from './processes/external-extensions.ts';
import type { ProcessEnd } from './processes/process-end.ts';
import { startExtensions } from './processes/start-extensions.ts';
import type { SupervisedRuntime } from './runtime/supervised-runtime.ts';
import { shutDown, type ShutdownReason } from './shut-down.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Who is told of what extensions' programs do. */
export interface MembersEvents {
  onText(name: string, text: string): void;
  onGone(process: ExtensionProcess, end: ProcessEnd): void;
}

/** What runs in a supervised container: the programs of extensions, and the runtime. Started in this order, and ended in the other. */
export class Members {
  readonly #registry: Registry;
  readonly #runtime: SupervisedRuntime;
  readonly #telemetry: Telemetry;
  readonly #runtimeEnded = Promise.withResolvers<void>();
  #processes: readonly ExtensionProcess[] = [];
  /** What nobody prints to yet. */
  #spareFifos: readonly string[] = [];
  #launched = false;

  constructor(registry: Registry, runtime: SupervisedRuntime, telemetry: Telemetry) {
    this.#registry = registry;
    this.#runtime = runtime;
    this.#telemetry = telemetry;
  }

  /** Starts every program of `folder`. Gives why it cannot go on, if so. */
  async startExtensions(
    folder: string,
    environment: Readonly<Record<string, string>>,
    { onText, onGone }: MembersEvents,
  ): Promise<Failure | undefined> {
    const spareFifos = this.#runtime.isChild ? 1 : 0;
    const started = await startExtensions(folder, this.#registry, environment, { spareFifos, onText });
    this.#processes = started.processes;
    this.#spareFifos = started.spare;
    for (const process of started.processes) void process.ended.then((end) => onGone(process, end));
    if (started.count <= extensionsMax) return undefined;
    const message = `Extension limit (${extensionsMax}) reached: there are ${started.count}`;
    return { errorType: 'Extension.LaunchError', message };
  }

  /** `init` is the host's. */
  async startRuntime(init: RuntimeInit): Promise<void> {
    this.#launched = true;
    const { extensions: _extensions, ...own } = init;
    await this.#runtime.start({ ...own, gated: true }, this.#spareFifos[0]);
  }

  /** To be told when the runtime has ended. */
  runtimeGone(): void {
    this.#runtimeEnded.resolve();
  }

  /** Resolves when none of them runs. */
  async shutDown(reason: ShutdownReason, timeoutMs: number | undefined): Promise<void> {
    if (!this.#launched) for (const path of this.#spareFifos) rmSync(path, { force: true });
    const what = {
      registry: this.#registry,
      processes: this.#processes,
      runtime: this.#runtime,
      runtimeEnded: this.#launched ? this.#runtimeEnded.promise : undefined,
      telemetry: this.#telemetry,
    };
    await shutDown(what, reason, timeoutMs);
  }
}

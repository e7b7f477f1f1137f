import type { Registry } from './api/registry.ts';
import type { ExtensionProcess } from './processes/external-extensions.ts';
import type { SupervisedRuntime } from './runtime/supervised-runtime.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Why a container ends, as AWS Lambda tells it to extensions. */
export type ShutdownReason = 'spindown' | 'timeout' | 'failure';

/** AWS Lambda's times: for all of it, and for the runtime alone, milliseconds. */
const [wholeMs, runtimeMs] = [2_000, 300];

/** What is to end. */
export interface ToShutDown {
  readonly registry: Registry;
  readonly processes: readonly ExtensionProcess[];
  readonly runtime: SupervisedRuntime;
  /** Undefined where it was never started. */
  readonly runtimeEnded: Promise<unknown> | undefined;
  readonly telemetry: Telemetry;
}

/**
 * Ends runtime and extensions as AWS Lambda does: first the runtime, asked and then killed; then extensions, which are told and have the
 * rest of the time, or killed where they did not ask to be told. Resolves when none of them runs.
 */
export async function shutDown(what: ToShutDown, reason: ShutdownReason, timeoutMs: number = wholeMs): Promise<void> {
  const { registry, processes, runtime, runtimeEnded, telemetry } = what;
  const deadlineMs = Date.now() + timeoutMs;
  if (registry.all.length > 0 && runtimeEnded !== undefined) {
    runtime.terminate();
    await withinMs(runtimeEnded, Math.min(runtimeMs, timeoutMs));
  }
  runtime.kill();
  const event = { eventType: 'SHUTDOWN', shutdownReason: reason, deadlineMs };
  // Before they are told: who ends at once has heard all there was.
  await withinMs(telemetry.flush(), Math.max(0, deadlineMs - Date.now()) / 2);
  for (const { extension, alive } of processes)
    if (alive && extension.events.includes('SHUTDOWN')) extension.tell(event);
  for (const process of processes) if (!process.extension.events.includes('SHUTDOWN')) process.kill();
  await withinMs(Promise.all(processes.map(({ ended }) => ended)), Math.max(0, deadlineMs - Date.now()));
  for (const process of processes) process.kill();
  await Promise.all(processes.map(({ ended }) => ended));
  telemetry.close();
}

/** Waits, but not longer. */
async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

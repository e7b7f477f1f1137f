import type { Service } from '../daemon.ts';
import { HostRemovedError } from '../model/errors.ts';
import type { Settings } from '../model/functions/settings.ts';
import { explain } from './explain.ts';
import { CliError, exitCodes } from './exit.ts';
import { launcher } from './context.ts';

/** A running service, which stops when it is disposed of. */
export interface OwnService extends AsyncDisposable {
  readonly url: string;
  readonly driver: string;
  readonly home: string;
  readonly ready: Promise<void>;
  readonly displaced: Promise<Error>;
  /** See {@link Service}. */
  readonly back: AbortSignal | undefined;
}

/**
 * Starts a service in this process. The only place in the command line interface that knows the daemon, and it loads it
 * only then: the other commands start faster without. Throws CliError (unfit) where it cannot start; so does its `ready`.
 */
export async function startOwnService(
  settings: Settings,
  report: (line: string, share?: number) => void,
  signal: AbortSignal,
): Promise<OwnService> {
  const { startService } = await import('../daemon.ts');
  const refused = (cause: unknown): never => {
    if (signal.aborted) throw new CliError('Stopped before it had started.', exitCodes.interrupted, { cause });
    throw unfit(cause, settings);
  };
  const service = await startService(settings, { report, signal }).catch(refused);
  return {
    url: service.url,
    driver: service.driver,
    home: service.home,
    ready: ready(service, refused),
    displaced: service.displaced,
    back: service.back,
    [Symbol.asyncDispose]: async () => await service.stop(),
  };
}

/** As the service has it, with the errors of its start. Who does not wait for it must not be ended by it. */
function ready(service: Service, refused: (cause: unknown) => never): Promise<void> {
  const filled = service.ready.catch(refused);
  filled.catch(() => undefined);
  return filled;
}

function unfit(cause: unknown, settings: Settings): CliError {
  const why = explain(cause);
  const busy = busyPort(cause);
  const message = busy === undefined ? why : `Port ${busy.port} of ${busy.address} is already in use.`;
  // What it listens on for other hosts is a port of its own.
  const isPeers = busy !== undefined && busy.port !== settings.port && busy.port === settings.cluster?.peerPort;
  const flag = isPeers ? '--peer-port' : '--port';
  const elsewhere = `Use another one with ${flag}, or ${flag} 0 for any that is free.`;
  const diagnosis = /\bdriver\b/.test(why) ? `"${launcher()} doctor" shows what works on this machine.` : undefined;
  const hint = busy === undefined ? diagnosis : elsewhere;
  const code = cause instanceof HostRemovedError ? exitCodes.removed : exitCodes.unfit;
  return new CliError(message, code, { cause, ...(hint !== undefined && { hint }) });
}

/** The address that another process listens at, where that is why. */
function busyPort(cause: unknown): { readonly address: string; readonly port: number } | undefined {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) return undefined;
  if (!('port' in cause && 'address' in cause)) return undefined;
  return { address: String(cause.address), port: Number(cause.port) };
}

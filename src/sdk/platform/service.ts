import { homedir } from 'node:os';
import { join } from 'node:path';
import { findConnection, NoServiceError, type Connection } from '../connection.ts';
import { ProgramEndedError } from '../threads/program-end.ts';
import { ClientSession } from '../threads/session/client-session.ts';
import { SessionOpener } from '../threads/session/addresses.ts';
import { endConnection, type ThreadsConnection } from '../threads/session/connection.ts';
import { startEmbedded, type EmbeddedService } from '../threads/session/embedded-wire.ts';

/**
 * Opens a connection: to the service that `HEDDLE_URL` names; else to the one that runs on this machine with this user's
 * home; else to one that is started in this process.
 */
export async function openService(): Promise<ThreadsConnection> {
  const found = findService();
  if (found !== undefined) {
    try {
      const session = await openerOf(found).open();
      return { session, close: async (reason) => session.close(reason) };
    } catch (error) {
      // A service that was killed leaves its address behind.
      if (process.env['HEDDLE_URL'] || !isRefused(error)) throw error;
    }
  }
  return openEmbedded();
}

let known: { readonly key: string; readonly opener: SessionOpener } | undefined;

/** The same for the same service, which has said where its other hosts are. */
function openerOf(found: Connection): SessionOpener {
  const key = JSON.stringify(found);
  if (known?.key !== key) known = { key, opener: SessionOpener.of(found, found.urls) };
  return known.opener;
}

function findService(): Connection | undefined {
  const home = process.env['HEDDLE_HOME'] || join(homedir(), '.heddle');
  try {
    return findConnection(home, process.env);
  } catch (error) {
    if (error instanceof NoServiceError && !process.env['HEDDLE_URL']) return undefined;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

async function openEmbedded(): Promise<ThreadsConnection> {
  const service: EmbeddedService = await startEmbedded();
  const session = await ClientSession.open(service.connect);
  // The program has nothing more to do: its service ends in good order, instead of with the process.
  const end = (): void => void endConnection(new ProgramEndedError());
  process.once('beforeExit', end);
  return {
    session,
    close: async (reason) => {
      process.off('beforeExit', end);
      session.close(reason);
      await service.stop();
    },
  };
}

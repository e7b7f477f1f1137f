import { homedir } from 'node:os';
import { join } from 'node:path';
import { findConnection, NoServiceError, type Connection } from '../connection.ts';
import { ClientSession } from './client-session.ts';
import { startEmbedded, type EmbeddedService } from './embedded-wire.ts';
import { websocketConnect } from './websocket-wire.ts';

/** The service that this program's threads run on, and the session with it. */
export interface ThreadsConnection {
  readonly session: ClientSession;
  /** Ends the session, and the service if it is this program's own. */
  close(): Promise<void>;
}

let current: Promise<ThreadsConnection> | undefined;

/**
 * The connection that all threads of this process share: to the service that `HEDDLE_URL` names; else to the one that runs on this
 * machine with this user's home; else to one that is started in this process.
 */
export function threadsConnection(): Promise<ThreadsConnection> {
  if (current === undefined) {
    const opening = open();
    current = opening;
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  }
  const found = current;
  return found.then((connection) => {
    // Its service is gone; a program that goes on may find another one.
    if (!connection.session.ended) return connection;
    if (current === found) current = undefined;
    return threadsConnection();
  });
}

/** Ends the connection of this process, its attached threads, and an embedded service. A later thread opens another one. */
export async function shutdown(): Promise<void> {
  const ending = current;
  current = undefined;
  const connection = await ending?.catch(() => undefined);
  await connection?.close();
}

async function open(): Promise<ThreadsConnection> {
  const found = findService();
  if (found !== undefined) {
    try {
      const session = await ClientSession.open(websocketConnect(found));
      return { session, close: async () => session.close() };
    } catch (error) {
      // A service that was killed leaves its address behind.
      if (process.env['HEDDLE_URL'] || !isRefused(error)) throw error;
    }
  }
  return openEmbedded();
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
  // The program has nothing more to do: its service ends in good order, instead of with the process.
  process.once('beforeExit', () => void shutdown());
  const session = await ClientSession.open(service.connect);
  return {
    session,
    close: async () => {
      session.close();
      await service.stop();
    },
  };
}

import type { ClientSession } from './client-session.ts';

/** The service that threads run on, and the session with it. */
export interface ThreadsConnection {
  readonly session: ClientSession;
  /** Ends the session, and the service if it is this program's own. `reason`: why its threads are lost. */
  close(reason?: Error): Promise<void>;
}

let open: (() => Promise<ThreadsConnection>) | undefined;
let current: Promise<ThreadsConnection> | undefined;

/** Says how a connection is opened: by the entry that a program imports, which knows where it runs. */
export function provideConnection(how: () => Promise<ThreadsConnection>): void {
  open = how;
}

/** The same for the program itself: what was open is closed, and the new one opened at once. */
export async function connectBy(how: () => Promise<ThreadsConnection>): Promise<void> {
  open = how;
  const closed = shutdown();
  await threadsConnection();
  await closed;
}

/** The connection that all threads of this process share; opened when it is first needed, or the last one has ended. */
export function threadsConnection(): Promise<ThreadsConnection> {
  if (current === undefined) {
    if (open === undefined)
      throw new Error('Threads are started through the entry of the package, which says where they run.');
    const opening = open();
    current = opening;
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  }
  const found = current;
  return found.then((connection) => {
    if (!connection.session.ended) return connection;
    // Its service is gone; a program that goes on may find another one.
    if (current === found) {
      current = undefined;
      // What is left of it here.
      connection.close().catch(() => undefined);
    }
    return threadsConnection();
  });
}

/** Ends the connection of this process, its attached threads, and an embedded service. A later thread opens another one. */
export function shutdown(): Promise<void> {
  return endConnection();
}

/** The same, where threads are to be lost for this reason. */
export async function endConnection(reason?: Error): Promise<void> {
  const ending = current;
  current = undefined;
  const connection = await ending?.catch(() => undefined);
  await connection?.close(reason);
}

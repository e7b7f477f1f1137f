import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** A client of a PostgreSQL that was started just now: it listens before it takes connections. */
export async function connectedTo(url: string): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!/starting up/.test(String(error))) throw error;
      await wait(20);
    }
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** A server that takes connections may still be starting up, and says so. */
export async function connected(port: number): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ port, host: '127.0.0.1', user: 'postgres' });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Object(error).code !== '57P03') throw error;
      await wait(20);
    }
  }
}

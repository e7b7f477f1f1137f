import { Pool } from 'pg';

/** A table as a queue. */
export interface PostgresQueue extends AsyncDisposable {
  /** Resolves when it is on the disk. */
  insert(payload: string): Promise<void>;
  /** Takes the oldest that nobody else takes; gives whether there was one. */
  take(): Promise<boolean>;
}

/** Opens the table of the server at a port, with so many connections. */
export async function openPostgresQueue(port: number, connections: number): Promise<PostgresQueue> {
  const pool = new Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: connections });
  await pool.query('CREATE TABLE IF NOT EXISTS events (id BIGSERIAL PRIMARY KEY, payload TEXT NOT NULL)');
  return {
    insert: async (payload) => {
      await pool.query({ name: 'insert', text: 'INSERT INTO events (payload) VALUES ($1)', values: [payload] });
    },
    take: async () => {
      const text =
        'DELETE FROM events WHERE id = (SELECT id FROM events ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING payload';
      return (await pool.query({ name: 'take', text })).rowCount === 1;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

import { Client } from 'pg';

/** Where PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE say; one connection for all calls of a container. */
const client = new Client({ connectionTimeoutMillis: 5_000 });
const connected = client.connect();
// Said by the call that waits for it, not as an unhandled rejection.
connected.catch(() => undefined);

export const handler = async (event: { readonly sql?: string }): Promise<unknown> => {
  await connected;
  const { rows } = await client.query(event.sql ?? 'select current_database() as database, version() as server');
  return rows;
};

import { LambdaClient } from '@aws-sdk/client-lambda';
import { createAccount, ensureCredentials } from '../../src/store/credentials.ts';
import type { AccessKey } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';

/** Makes a second account in a home in which no service runs; the first one stays the service's own. */
export async function secondAccount(home: string): Promise<AccessKey> {
  await using store = openSqliteStore(home);
  await ensureCredentials(store, home, Date.now());
  return await createAccount(store, Date.now());
}

/** A stock client of a service that signs with this key. */
export function clientWith(url: string, { accessKeyId, secretAccessKey }: AccessKey): LambdaClient {
  const credentials = { accessKeyId, secretAccessKey };
  return new LambdaClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

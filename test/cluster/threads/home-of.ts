import { readFile } from 'node:fs/promises';
import { shardOf } from '../../../src/cluster/homes/shards.ts';
import type { LocalCluster } from '../../../src/cluster/local/local-cluster.ts';

/** What a host writes when it becomes a shard's home, and when it takes requests. */
const becameHome = 'This host is the home of a shard of accounts.';
const accepts = 'Heddle accepts requests.';

interface LogLine {
  readonly msg?: unknown;
  readonly account?: unknown;
  readonly shard?: unknown;
  readonly epoch?: unknown;
}

/** Which host is the home of the account that the hosts belong to, counted from 0, as their logs (at `info`) have it. Throws while none is. */
export async function homeIndex({ hosts }: Pick<LocalCluster, 'hosts'>): Promise<number> {
  const logs = await Promise.all(hosts.map(async ({ process }) => linesOf(await readFile(process.logFile, 'utf8'))));
  const account = logs.flat().find(({ msg }) => msg === accepts)?.account;
  const shard = shardOf(String(account));
  const terms = logs.flatMap((lines, host) =>
    lines
      .filter((line) => line.msg === becameHome && line.shard === shard)
      .map(({ epoch }) => ({ host, epoch: BigInt(String(epoch)) })),
  );
  const newest = terms.toSorted((a, b) => (a.epoch < b.epoch ? 1 : -1))[0];
  if (newest === undefined) throw new Error(`No host has the shard ${shard} of the account ${String(account)}.`);
  return newest.host;
}

function linesOf(text: string): readonly LogLine[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? [parsed] : [];
  });
}

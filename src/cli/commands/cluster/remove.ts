import type { Command } from 'commander';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';

/** `heddle cluster remove` */
export async function remove(host: string, command: Command): Promise<void> {
  const removed = await withClient(command, (client) =>
    client.admin('DELETE', `/cluster/hosts/${encodeURIComponent(host)}`),
  );
  if (wantsJson(command)) return printJson(removed);
  process.stdout.write(
    `${paint('green', '✓')} ${removed.text('name')} (${removed.text('id')}) is forgotten: other hosts take nothing from it any more.\n`,
  );
}

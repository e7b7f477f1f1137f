import { resolve } from 'node:path';
import type { Command } from 'commander';
import { launcher, printJson, textFlag, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { transfer } from './backup.ts';

/** `heddle cluster restore` */
export async function restore(file: string, command: Command): Promise<void> {
  const replicas = textFlag(command, 'replicas');
  if (replicas !== undefined && !['1', '3', '5'].includes(replicas))
    throw new CliError(`--replicas is 1, 3 or 5, not ${replicas}.`, exitCodes.usage);
  const { manifest } = await transfer(command, async (connection, report) => {
    const transfers = await import('../../../cluster/transfer/transfer.ts');
    return await transfers.restore(
      connection,
      resolve(file),
      replicas === undefined ? undefined : Number(replicas),
      report,
    );
  });
  if (wantsJson(command))
    return printJson({ restored: manifest.streams.map(({ name }) => name), madeAt: manifest.madeAt });
  process.stdout.write(
    `${paint('green', '✓')} ${manifest.streams.length} streams of ${new Date(manifest.madeAt).toISOString()} are there again, each with the bytes that were taken.\n` +
      `  Start the hosts with new homes: ${launcher()} up --cluster …\n`,
  );
}

import { resolve } from 'node:path';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Transferred } from '../../../cluster/transfer/transfer.ts';
import { reachOf } from '../../cluster/reach.ts';
import { printJson, shortPath, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { explain } from '../../explain.ts';
import { Progress } from '../../output/progress.ts';
import { formatBytes, paint } from '../../output/style.ts';

/** What a cluster has that is in no backup. */
const notInIt = [
  '  Not in it: buckets of objects (back up the homes of hosts for them), logs of functions,',
  '  usage, and what is in memory: running invocations and threads, locks and channels.',
  '  Secrets of functions are in it as the cluster seals them.',
].join('\n');

/** `heddle cluster backup` */
export async function backup(file: string, command: Command): Promise<void> {
  const path = resolve(file);
  if (existsSync(path))
    throw new CliError(`${path} is there already; a backup is never written over another.`, exitCodes.usage);
  const { manifest, without } = await transfer(command, async (connection, report) => {
    const { backUp } = await import('../../../cluster/transfer/transfer.ts');
    return await backUp(connection, path, report);
  });
  const bytes = manifest.streams.reduce((sum, stream) => sum + stream.bytes, 0);
  if (wantsJson(command)) {
    const streams = manifest.streams.map(({ name, bytes: size, sha256 }) => ({ name, bytes: size, sha256 }));
    return printJson({ file: path, bytes, streams, without });
  }
  process.stdout.write(
    `${paint('green', '✓')} ${manifest.streams.length} streams, ${formatBytes(bytes)}, are in ${shortPath(path)}, and were read once more.\n  It has keys: keep it as you keep those.\n${notInIt}\n`,
  );
}

/** Does something with a connection to the cluster's NATS, and shows how far it is. Throws CliError (refused) for what goes wrong. */
export async function transfer(
  command: Command,
  work: (
    connection: Awaited<ReturnType<(typeof import('../../../cluster/transfer/connect-once.ts'))['connectOnce']>>,
    report: (line: string) => void,
  ) => Promise<Transferred>,
): Promise<Transferred> {
  const reach = reachOf(command);
  using progress = new Progress();
  try {
    const { connectOnce } = await import('../../../cluster/transfer/connect-once.ts');
    const connection = await connectOnce(reach);
    try {
      const transferred = await work(connection, (line) => progress.step(line));
      progress.done();
      return transferred;
    } finally {
      await connection.close();
    }
  } catch (cause) {
    progress.fail();
    throw new CliError(explain(cause), exitCodes.refused, { cause });
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { localFolderOf, runningIn } from '../../cluster/local-folder.ts';
import { printJson, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';

const lookMs = 100;

/** `heddle cluster down` */
export async function down(command: Command): Promise<void> {
  const folder = localFolderOf(command);
  const pid = await runningIn(folder);
  if (pid === undefined)
    throw new CliError(`No cluster runs in ${folder}.`, exitCodes.unreachable, {
      hint: 'Name the folder that it was started with: --folder DIR',
    });
  process.kill(pid, 'SIGTERM');
  while ((await runningIn(folder)) !== undefined) await wait(lookMs);
  if (wantsJson(command)) return printJson({ ended: folder });
  process.stdout.write(`Ended the cluster in ${folder}; what it keeps is still there.\n`);
}

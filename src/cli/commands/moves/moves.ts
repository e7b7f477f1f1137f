import { Command } from 'commander';
import { limits } from '../../../model/limits.ts';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { formatAge, formatBytes } from '../../output/style.ts';
import { wholeFlag } from '../../whole-flag.ts';

const named = 'id of an instance or container, as `heddle ps` shows it, or of a thread';

async function pause(name: string, command: Command): Promise<void> {
  const path = `/instances/${encodeURIComponent(name)}/pause`;
  const answer = await withClient(command, (client) => client.admin('POST', path));
  if (wantsJson(command)) return printJson(answer);
  const where = answer.text('to') === 'disk' ? `to disk, ${formatBytes(answer.number('bytes'))}` : 'in memory';
  process.stderr.write(
    `Paused ${answer.text('instanceId')} ${where}. It is ended when it has not been resumed for ${formatAge(answer.number('leftMs'))}.\n`,
  );
}

async function resume(name: string, command: Command): Promise<void> {
  const path = `/instances/${encodeURIComponent(name)}/resume`;
  const answer = await withClient(command, (client) => client.admin('POST', path));
  if (wantsJson(command)) return printJson(answer);
  process.stderr.write(`Resumed ${answer.text('instanceId')}.\n`);
}

async function fork(name: string, command: Command): Promise<void> {
  const path = `/instances/${encodeURIComponent(name)}/forks`;
  const count = wholeFlag('count', command.opts<{ readonly count?: string }>().count, 1, limits.forksMax) ?? 1;
  const answer = await withClient(command, (client) => client.admin('POST', path, { body: { count } }));
  if (wantsJson(command)) return printJson(answer);
  for (const made of answer.list('forks'))
    process.stdout.write(`${made.number('forkIndex')}  ${made.text('instanceId')}  ${made.text('containerId')}\n`);
}

/** `heddle pause` */
export function pauseCommand(): Command {
  return new Command('pause')
    .description('have an instance stand still, whatever runs in it')
    .argument('<name>', named)
    .addHelpText(
      'after',
      `
Virtual machines are paused to disk, and give their memory back; gVisor's sandboxes are stopped in memory.

Examples:
  $ heddle pause i-ecwoxh7s                     what runs in it goes on when it is resumed
  $ heddle pause c-xxe3ab54 --json              one container, where nothing else runs beside it`,
    )
    .action(async (name: string, _options: unknown, command: Command) => await pause(name, command));
}

/** `heddle resume` */
export function resumeCommand(): Command {
  return new Command('resume')
    .description('have an instance go on that was paused')
    .argument('<name>', named)
    .addHelpText('after', '\nExample:\n  $ heddle resume i-ecwoxh7s')
    .action(async (name: string, _options: unknown, command: Command) => await resume(name, command));
}

/** `heddle fork` */
export function forkCommand(): Command {
  return new Command('fork')
    .description('have an idle container go on several times, each in an instance of its own')
    .argument('<name>', named)
    .option('--count <n>', `how many, at most ${limits.forksMax} (default: 1)`)
    .addHelpText(
      'after',
      `
Only where instances are virtual machines (\`--driver microvm\`). Threads are forked by who started them: \`thread.fork(n)\`.

Examples:
  $ heddle fork c-xxe3ab54 --count 8            eight more containers that have loaded what this one has
  $ heddle fork i-ecwoxh7s --json`,
    )
    .action(async (name: string, _options: unknown, command: Command) => await fork(name, command));
}

import { Command } from 'commander';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';

async function list(command: Command): Promise<void> {
  const functions: Shape[] = await withClient(command, (client) => Array.fromAsync(client.functions()));
  if (wantsJson(command)) return printJson(functions);
  if (functions.length === 0)
    return void process.stderr.write(`No functions yet. Deploy one: ${launcher()} deploy examples/hello\n`);
  const rows = functions.map((fn) => [
    paint('bold', fn.text('FunctionName')),
    fn.text('Runtime'),
    fn.text('Handler'),
    `${fn.number('MemorySize')} MB`,
    `${fn.number('Timeout')} s`,
    `${(fn.number('CodeSize') / 1_024).toFixed(1)} KB`,
    fn.text('LastModified').slice(0, 19).replace('T', ' '),
  ]);
  const columns = ['NAME', 'RUNTIME', 'HANDLER', 'MEMORY', 'TIMEOUT', 'CODE', 'MODIFIED (UTC)'];
  const right = new Set(['MEMORY', 'TIMEOUT', 'CODE']);
  const head = columns.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const);
  process.stdout.write(`${table(head, rows)}\n`);
}

const examples = `
Examples:
  $ heddle functions
  $ heddle functions --json | jq -r '.[].FunctionName'`;

/** `heddle functions` */
export function functionsCommand(): Command {
  return new Command('functions')
    .alias('ls')
    .description('list the functions that are deployed')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await list(command));
}

import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { HeddleClient } from '../../sdk/client.ts';
import type { Shape } from '../../sdk/shape.ts';
import { printJson, wantsJson, withClient } from '../context.ts';
import { formatAge, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

const watchMs = 500;
const tones = {
  warm: 'cyan',
  allocated: 'green',
  retiring: 'yellow',
  blank: 'dim',
  starting: 'yellow',
  idle: 'green',
  running: 'magenta',
} as const;

function state(text: string): string {
  const tone = Object.entries(tones).find(([name]) => name === text)?.[1];
  return tone === undefined ? text : paint(tone, text);
}

function warmingTable(snapshot: Shape): string {
  const rows = snapshot
    .list('warming')
    .map((pool) => [
      pool.text('configuration'),
      String(pool.number('ready')),
      String(pool.number('starting')),
      String(pool.number('target')),
    ]);
  const right = { align: 'right' } as const;
  return table(
    [
      { heading: 'WARMING POOL' },
      { heading: 'READY', ...right },
      { heading: 'STARTING', ...right },
      { heading: 'TARGET', ...right },
    ],
    rows,
  );
}

function containerRows(instance: Shape): string[][] {
  return instance
    .list('containers')
    .map((container, index, all) => [
      `${index === all.length - 1 ? '└─' : '├─'} ${container.text('id')}`,
      '',
      state(container.text('state')),
      container.text('functionName'),
      formatAge(container.number('ageMs')),
      formatAge(container.number('idleMs')),
      String(container.number('invocations')),
    ]);
}

function instanceTable(snapshot: Shape): string {
  const rows = snapshot
    .list('instances')
    .flatMap((instance) => [
      [
        paint('bold', instance.text('id')),
        instance.text('configuration'),
        state(instance.text('state')),
        '',
        formatAge(instance.number('ageMs')),
        formatAge(instance.number('idleMs')),
        '',
      ],
      ...containerRows(instance),
    ]);
  const columns = ['INSTANCE', 'CONFIGURATION', 'STATE', 'FUNCTION', 'AGE', 'IDLE', 'CALLS'];
  const right = new Set(['AGE', 'IDLE', 'CALLS']);
  return table(
    columns.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const),
    rows,
  );
}

/** The whole picture of a service as text. */
export function describeSnapshot(snapshot: Shape): string {
  const queue = snapshot.object('queue');
  const waiting = `Queue: ${queue.number('length')} of ${queue.number('max')} waiting.`;
  return `${warmingTable(snapshot)}\n\n${instanceTable(snapshot)}\n\n${waiting}`;
}

async function watch(client: HeddleClient, json: boolean): Promise<never> {
  for (;;) {
    const snapshot = await client.snapshot();
    if (json) printJson(snapshot);
    else process.stdout.write(`\u001B[H\u001B[2J${describeSnapshot(snapshot)}\n\n${paint('dim', 'Ctrl-C ends.')}\n`);
    await wait(watchMs);
  }
}

async function ps(command: Command): Promise<void> {
  const options: { readonly watch?: true } = command.opts();
  await withClient(command, async (client) => {
    if (options.watch === true) await watch(client, wantsJson(command));
    const snapshot = await client.snapshot();
    if (wantsJson(command)) printJson(snapshot);
    else process.stdout.write(`${describeSnapshot(snapshot)}\n`);
  });
}

const examples = `
Examples:
  $ heddle ps                           what is there now
  $ heddle ps --watch                   twice a second, until Ctrl-C
  $ heddle ps --json | jq '.instances | length'`;

/** `heddle ps` */
export function psCommand(): Command {
  return new Command('ps')
    .description('show the warming pool, instances and their containers')
    .option('-w, --watch', 'again and again, until Ctrl-C')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await ps(command));
}

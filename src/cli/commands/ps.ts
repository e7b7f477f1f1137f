import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { HeddleClient } from '../../sdk/client.ts';
import type { Shape } from '../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../context.ts';
import { paint } from '../output/style.ts';
import { configurationsTable } from '../ps/configurations.ts';
import { instancesTable, warmingTable } from '../ps/instances.ts';

const watchMs = 500;
/** The whole picture of a service as text, in lines that fit a terminal of so many columns where they can. */
export function describeSnapshot(snapshot: Shape, width: number): string {
  const queue = snapshot.object('queue');
  const configurations = snapshot.list('configurations');
  return [
    configurations.length === 0 ? noFunctions() : configurationsTable(configurations, width),
    warmingTable(snapshot.list('warming')),
    instancesTable(snapshot.list('instances')),
    `Queue: ${queue.number('length')} of ${queue.number('max')} waiting.`,
  ].join('\n\n');
}

function noFunctions(): string {
  return `No functions yet. Deploy one: ${launcher()} deploy examples/hello`;
}

/** Of the terminal; without one nothing is wrapped. */
function widthOfOutput(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

async function watch(client: HeddleClient, json: boolean): Promise<never> {
  for (;;) {
    const snapshot = await client.snapshot();
    if (json) printJson(snapshot);
    else
      process.stdout.write(
        `\u001B[H\u001B[2J${describeSnapshot(snapshot, widthOfOutput())}\n\n${paint('dim', 'Ctrl-C ends.')}\n`,
      );
    await wait(watchMs);
  }
}

async function ps(command: Command): Promise<void> {
  const options: { readonly watch?: true } = command.opts();
  await withClient(command, async (client) => {
    if (options.watch === true) await watch(client, wantsJson(command));
    const snapshot = await client.snapshot();
    if (wantsJson(command)) printJson(snapshot);
    else process.stdout.write(`${describeSnapshot(snapshot, widthOfOutput())}\n`);
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
    .description('show what is ready for which functions, the warming pool, instances and their containers')
    .option('-w, --watch', 'again and again, until Ctrl-C')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await ps(command));
}

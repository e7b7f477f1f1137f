import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { HeddleClient } from '../../../sdk/client.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { queuesTable } from '../events/queue/show.ts';
import { capacityTable, concurrencyLine } from '../../ps/capacity.ts';
import { configurationsTable } from '../../ps/configurations.ts';
import { eventLinesTable } from '../../ps/events.ts';
import { egressTable } from '../../ps/egress.ts';
import { sourcesTable } from '../../ps/sources.ts';
import { instancesTable, warmingTable } from '../../ps/instances.ts';

const watchMs = 500;

/** The whole picture of a service as text, in lines that fit a terminal of so many columns where they can. */
export function describeSnapshot(snapshot: Shape, width: number): string {
  const queue = snapshot.object('queue');
  const configurations = snapshot.list('configurations');
  const capacity = snapshot.list('capacity');
  const used = (one: Shape): boolean => one.number('connections') + one.number('refusals') > 0;
  const sources = snapshot.list('sources');
  const queues = snapshot.list('queues');
  const connected = snapshot.list('egress').filter(used);
  const busy = snapshot.list('events').filter((line) => line.number('depth') > 0);
  return [
    configurations.length === 0 ? noFunctions() : configurationsTable(configurations, width),
    warmingTable(snapshot.list('warming')),
    instancesTable(snapshot.list('instances')),
    ...(capacity.length === 0 ? [] : [capacityTable(capacity, width)]),
    ...(connected.length === 0 ? [] : [egressTable(connected)]),
    ...(busy.length === 0 ? [] : [eventLinesTable(busy)]),
    ...silentLines(snapshot.texts('silentHosts')),
    ...limitedLines(snapshot.list('instances')),
    ...(queues.length === 0 ? [] : [queuesTable(queues)]),
    ...(sources.length === 0 ? [] : [sourcesTable(sources)]),
    `${concurrencyLine(snapshot.object('concurrency'))} Queue: ${queue.number('length')} of ${queue.number('max')} waiting.`,
  ].join('\n\n');
}

/** What instances do not carry of what is connected to, and why: once, whatever their number. */
function limitedLines(instances: readonly Shape[]): string[] {
  const reasons = new Set(instances.map((instance) => instance.text('limited')).filter((reason) => reason !== ''));
  return [...reasons].map(
    (reason) => `Connections are limited to names, on their usual ports: ${reason}. See: ${launcher()} doctor`,
  );
}

/** Hosts of a cluster whose instances are not shown. */
function silentLines(hosts: readonly string[]): string[] {
  return hosts.length === 0 ? [] : [paint('yellow', `No answer from ${hosts.join(', ')}: what is there is not shown.`)];
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

import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { formatAge, formatBytes, paint } from '../../../output/style.ts';
import { table } from '../../../output/table.ts';
import { queueUrlOf } from './queue-url.ts';

/** Queues in a table, as `/heddle/v1/queues` tells of them. */
export function queuesTable(queues: readonly Shape[]): string {
  const right = new Set(['READY', 'IN FLIGHT', 'DELAYED', 'OLDEST', 'FAILED', 'EXPIRED', 'SIZE']);
  const head = ['QUEUE', ...right, 'DEAD LETTERS'];
  const columns = head.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const);
  const count = (queue: Shape, member: string): string => queue.number(member).toLocaleString('en-US');
  const rows = queues.map((queue) => [
    paint('bold', queue.text('name')),
    ...['ready', 'inFlight', 'delayed'].map((member) => count(queue, member)),
    queue.names.includes('oldestMs') ? formatAge(queue.number('oldestMs')) : '-',
    count(queue, 'deadLettered'),
    count(queue, 'expired'),
    formatBytes(queue.number('bytes')),
    queue.text('deadLetter') || '-',
  ]);
  return table(columns, rows);
}

/** `heddle queue ls` */
export async function list(command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('GET', '/queues'));
  const queues = answer.list('queues');
  if (wantsJson(command)) return printJson(queues);
  if (queues.length === 0)
    return void process.stderr.write(`No queues yet. Make one: ${launcher()} queue create orders\n`);
  process.stdout.write(`${queuesTable(queues)}\n`);
}

/** `heddle queue show` */
export async function show(name: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const [url, attributes] = await attributesOf(client, name);
    const queues = (await client.admin('GET', '/queues')).list('queues');
    const queue = queues.find((one) => one.text('name') === name);
    if (wantsJson(command)) return printJson({ url, attributes, ...(queue !== undefined && { queue }) });
    if (queue !== undefined) process.stdout.write(`${queuesTable([queue])}\n\n`);
    const rows = [['URL', url], ...Object.entries(attributes).filter(([key]) => !key.startsWith('Approximate'))];
    process.stdout.write(`${table([{ heading: 'ATTRIBUTE' }, { heading: 'VALUE' }], rows)}\n`);
  });
}

async function attributesOf(
  client: HeddleClient,
  name: string,
): Promise<readonly [string, Readonly<Record<string, string>>]> {
  const url = await queueUrlOf(client, name);
  const answer = await sqs(client, 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
  const attributes = answer.object('Attributes');
  return [url, Object.fromEntries(attributes.names.map((key) => [key, attributes.text(key)]))];
}

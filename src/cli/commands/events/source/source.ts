import { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { done } from '../../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { sourcesTable } from '../../../ps/sources.ts';
import { add, mappingsPath } from './add.ts';

const examples = `
Examples:
  $ heddle source add orders pay                            what comes in the queue orders goes to the function pay, ten messages at a time
  $ heddle source add orders pay --batch 100 --window 5s    as many as come within five seconds, a hundred at most
  $ heddle source add orders pay --partial                  pay says which of its batch failed; only those come again
  $ heddle source add orders big --filter '{"body": {"total": [{"numeric": [">", 1000]}]}}'
  $ heddle source add jobs/ORDERS ship --retries 5 --bisect --on-failure dead
  $ heddle source add log/payments book --group book        a topic of Kafka, whose partitions the group's members share
  $ heddle source ls                                        what was done, failed, filtered; and the last result of each
  $ heddle source disable orders                              by its source or function, or its id, or the beginning of that

What fails comes again when its queue's visibility is over, and goes to the queue's dead-letter queue when it was received too often:
heddle queue create orders --dead-letter orders-dead. A queue's visibility must not be shorter than the function's time-out.

jobs/ORDERS is a stream, topic, key, publication or queue of a connection, which whoever runs the service names in its config.json:
  {"sources": {"jobs": {"kind": "nats", "url": "nats://queue.lan:4222", "user": "…", "password": "…"},
               "cache": {"kind": "redis", "url": "rediss://cache.lan:6379", "password": "…"},
               "log": {"kind": "kafka", "url": "kafkas://one.lan:9094,two.lan:9094", "user": "…", "password": "…", "mechanism": "SCRAM-SHA-512"},
               "db": {"kind": "postgres", "url": "postgres://db.lan/shop", "user": "…", "password": "…"},
               "aws": {"kind": "sqs", "url": "https://sqs.eu-west-1.amazonaws.com", "region": "eu-west-1", "accessKeyId": "…", "secretAccessKey": "…"}}}
"accounts": ["123456789012"] of a connection lets other accounts read from it. Streams are read in their order: what fails is tried again
(--retries, --age, --bisect) before what is behind it, and then given up (--on-failure). PostgreSQL keeps its log for a mapping until that has
read it, disabled or not: "heddle source ls" shows how much, and "heddle source rm" gives it up.`;

/** `heddle source` */
export function sourceCommand(): Command {
  const command = new Command('source')
    .description('take what comes in queues and streams to functions')
    .addHelpText('after', `${examples}\nSee also: ${launcher()} queue --help`);
  command
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list event source mappings, and what they did since the service started')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('show')
    .description('show what a mapping is set to')
    .argument('<id>', 'of the mapping, or the beginning of it; or its source or function, where that has one only')
    .action(async (id: string, _options: unknown, sub: Command) => await show(id, sub));
  addCommand(command);
  for (const [name, Enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    command
      .command(name)
      .description(Enabled ? 'go on with a mapping' : 'take nothing more, and keep the mapping')
      .argument('<id>', 'of the mapping, or the beginning of it; or its source or function, where that has one only')
      .action(async (id: string, _options: unknown, sub: Command) => await change(id, `${name}d`, { Enabled }, sub));
  command
    .command('rm')
    .description('remove a mapping; what it has not taken stays where it is')
    .argument('<id>', 'of the mapping, or the beginning of it; or its source or function, where that has one only')
    .action(async (id: string, _options: unknown, sub: Command) => await change(id, 'Removed', undefined, sub));
  return command;
}

function addCommand(command: Command): void {
  command
    .command('add')
    .description('have a function get what comes')
    .argument('<source>', 'a queue here, CONNECTION/WHAT, or an ARN')
    .argument('<function>', 'its name, or NAME:ALIAS')
    .option('--batch <N>', 'so many records at a time, at most (10; 100 of streams)')
    .option('--window <duration>', 'gather for so long, 5m at most (0s)')
    .option(
      '--filter <pattern>',
      'only records that match, an event pattern in JSON; may be repeated, one must match',
      // The first time there is none before it.
      (value: string, all: readonly string[] | undefined) => [...(all ?? []), value],
    )
    .option('--partial', 'the function answers {"batchItemFailures": [{"itemIdentifier": ID}]}')
    .option('--concurrency <N>', 'of queues: so many batches with the function at a time, at most')
    .option('--from <when>', 'of streams: start, now, or a time (start; PostgreSQL has now only)')
    .option('--group <name>', 'of topics of Kafka: the consumer group that it is in (one of its own)')
    .option('--retries <N>', 'of streams: so often is tried again what failed (for ever)')
    .option('--age <duration>', 'of streams: what is older is given up')
    .option('--bisect', 'of streams: what failed is tried again in halves')
    .option('--on-failure <destination>', 'of streams: what is given up is told to a queue, a URL or an ARN')
    .option('--disabled', 'do not begin yet')
    .action(async (source: string, name: string, _options: unknown, sub: Command) => await add(source, name, sub));
}

async function list(command: Command): Promise<void> {
  const sources = await withClient(command, sourcesOf);
  if (wantsJson(command)) return printJson(sources);
  if (sources.length === 0)
    return void process.stderr.write(`No function has an event source yet: ${launcher()} source add QUEUE FUNCTION\n`);
  process.stdout.write(`${sourcesTable(sources)}\n`);
}

async function show(id: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const source = await find(client, id);
    const settings = await client.json('GET', `${mappingsPath}/${source.text('uuid')}`);
    if (wantsJson(command)) return printJson(settings);
    process.stdout.write(`${sourcesTable([source])}\n\n${JSON.stringify(settings, undefined, 2)}\n`);
  });
}

/** Changes it to `to`, or removes it. */
async function change(id: string, word: string, to: object | undefined, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const source = await find(client, id);
    const path = `${mappingsPath}/${source.text('uuid')}`;
    const answer = await (to === undefined ? client.json('DELETE', path) : client.json('PUT', path, to));
    if (wantsJson(command)) return printJson(answer);
    done(`${word.charAt(0).toUpperCase()}${word.slice(1)} ${source.text('source')} for ${source.text('function')}.`);
  });
}

async function sourcesOf(client: HeddleClient): Promise<readonly Shape[]> {
  return (await client.admin('GET', '/sources')).list('sources');
}

/** By its id or the beginning of it, or by its source, or its function, as `source add` was given them. Throws CliError where there is none, or more than one. */
async function find(client: HeddleClient, named: string): Promise<Shape> {
  const all = await sourcesOf(client);
  const byId = all.filter((source) => source.text('uuid').startsWith(named));
  const found = byId.length > 0 ? byId : all.filter((source) => namesOf(source).includes(named));
  const [source] = found;
  if (source !== undefined && found.length === 1) return source;
  const hint =
    found.length === 0
      ? `"${launcher()} source ls" lists what there is.`
      : `Say which, by its id: ${found.map((each) => `${each.text('uuid')} (${namesOf(each).slice(1).join(' to ')})`).join(', ')}`;
  const words =
    found.length === 0
      ? 'There is no event source mapping'
      : `${found.length} event source mappings are, or begin with,`;
  throw new CliError(`${words} ${named}.`, exitCodes.refused, { hint });
}

function namesOf(source: Shape): readonly string[] {
  const arn = source.text('source');
  const [, , service, , , queue = ''] = arn.split(':');
  const name = service === 'sqs' ? queue : arn.replace(/^arn:aws:heddle-source:::/, '');
  return [arn, name, source.text('function')];
}

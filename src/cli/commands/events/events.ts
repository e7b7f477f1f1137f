import { Command } from 'commander';
import { ServiceError } from '../../../sdk/service-error.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { eventLinesTable } from '../../ps/events.ts';
import { formatAge, formatMs, paint } from '../../output/style.ts';
import { listOf, refuseUnknownLine } from './events-of.ts';
import { redriveEvents } from './redrive-events.ts';

async function list(line: string | undefined, command: Command): Promise<void> {
  if (line !== undefined) return await listOf(line, command);
  const answer = await withClient(command, (client) => client.admin('GET', '/events'));
  const lines = answer.list('lines');
  if (wantsJson(command)) return printJson(lines);
  if (lines.length === 0)
    return void process.stderr.write(`No function was invoked asynchronously yet: ${launcher()} invoke NAME --async\n`);
  process.stdout.write(`${eventLinesTable(lines)}\n`);
}

async function show(requestId: string, command: Command): Promise<void> {
  const answer = await withClient(command, (client) =>
    client.admin('GET', `/events/${encodeURIComponent(requestId)}`).catch((cause: unknown) => {
      if (!(cause instanceof ServiceError) || cause.status !== 404) throw cause;
      const hint = `"${launcher()} events" lists the functions that have events.`;
      throw new CliError(cause.message, exitCodes.refused, { hint, cause });
    }),
  );
  if (wantsJson(command)) return printJson(answer.list('events'));
  const nowMs = answer.number('now');
  process.stdout.write(
    `${answer
      .list('events')
      .map((event) => describe(event, nowMs))
      .join('\n\n')}\n`,
  );
}

/** One event, or what followed from it: where it is, and each attempt. */
export function describe(event: Shape, nowMs: number): string {
  const condition = event.text('condition');
  const line = event.text('line');
  const head = `${line.includes(':') ? 'To' : 'Event of'} ${paint('bold', line)}, accepted ${at(event.number('acceptedMs'))}`;
  const attempts = event.list('attempts').map((attempt, n) => {
    const [from, until] = [attempt.number('atMs'), attempt.number('endedMs')];
    const error = attempt.text('error');
    const took = until === 0 ? '' : `, ${formatMs(until - from)}`;
    return `  ${n + 1}. ${at(from)}${took}: ${error === '' ? paint('green', 'succeeded') : paint('red', error)}`;
  });
  return [head, ...attempts, `  ${stateOf(event, condition, nowMs)}`].join('\n');
}

function stateOf(event: Shape, condition: string, nowMs: number): string {
  if (condition === 'Success') return paint('green', `Over: ${condition}.`);
  if (condition !== '') return paint('red', `Given up: ${condition}, after ${event.number('runs')} attempts.`);
  const waitsMs = event.number('dueMs') - nowMs;
  if (waitsMs <= 0) return paint('yellow', 'It is due: it runs, or waits for its turn.');
  return paint('yellow', `It is tried again in ${formatAge(waitsMs)}.`);
}

function at(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
}

async function purge(line: string, command: Command): Promise<void> {
  const answer = await withClient(command, async (client) => {
    const gone = await client.admin('DELETE', '/events', { query: { line } });
    if (gone.number('purged') === 0) await refuseUnknownLine(client, line);
    return gone;
  });
  if (wantsJson(command)) return printJson(answer);
  process.stderr.write(`${paint('green', '✓', process.stderr)} Forgot ${answer.number('purged')} events of ${line}.\n`);
}

const examples = `
Examples:
  $ heddle invoke pay --async --payload '{"order": 1}'   hands an event over: it is on the disk when this returns
  $ heddle events                                        what waits, runs, is tried again, and what became of the rest
  $ heddle events ls pay                                 which wait, how often each was tried, its last error, when it is tried again
  $ heddle events show 5f0c…                             each attempt of one, with its error, and where its result went
  $ heddle events redrive dead                           hands over again what was given up and lies in the queue "dead"
  $ heddle events purge pay                              forgets what waits; what runs goes on
  $ heddle events --json | jq '.[] | select(.failed > 0)'

An event whose function fails is tried again after 1 and 2 minutes, and then given up; one that finds no capacity waits, up to 6 hours.
What was given up goes to the function's dead-letter queue (heddle deploy pay.ts --dead-letter dead) and to its on-failure destination
(aws lambda put-function-event-invoke-config). Other attempts: heddle deploy pay.ts --event-retries 5 --event-delays "10s 1m 10m".`;

/** `heddle events` */
export function eventsCommand(): Command {
  const command = new Command('events')
    .description('asynchronous invocations: what waits, what becomes of each')
    .addHelpText('after', examples);
  command
    .command('list', { isDefault: true })
    .alias('ls')
    .description(
      'by function and by destination: how many, how old, in flight, tried again, failed, delivered; of one, which',
    )
    .argument('[name]', 'name of a function, or ARN of a destination: what of it waits, and what failed')
    .option('--max <N>', 'of one: so many that wait, and that failed', '20')
    .action(async (name: string | undefined, _options: unknown, sub: Command) => await list(name, sub));
  command
    .command('show')
    .description('the attempts of one event, and what followed from it')
    .argument('<request-id>', 'as "heddle invoke --async" printed it')
    .action(async (requestId: string, _options: unknown, sub: Command) => await show(requestId, sub));
  command
    .command('redrive')
    .description('hand over again the events in a dead-letter queue, each to the function whose it was')
    .argument('<queue>', 'name of the queue')
    .option('--function <name>', 'to this one instead, name or name:qualifier')
    .action(async (queue: string, _options: unknown, sub: Command) => await redriveEvents(queue, sub));
  command
    .command('purge')
    .description('forget what waits of a function, or for a destination')
    .argument('<name>', 'name of the function, or ARN of the destination')
    .action(async (line: string, _options: unknown, sub: Command) => await purge(line, sub));
  return command;
}

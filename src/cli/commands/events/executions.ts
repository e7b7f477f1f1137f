import { Command } from 'commander';
import { executionStatuses } from '../../../model/executions/execution.ts';
import type { HeddleClient } from '../../../sdk/client.ts';
import { completeCallback, executionsOf, getExecution, historyOf, stopExecution } from '../../../sdk/executions.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { executionTree } from '../../output/execution-tree.ts';
import { formatAge, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';

const kinds = ['function', 'program'] as const;
/** What is shown of a long list. */
const rowsMax = 100;

async function list(functionName: string | undefined, command: Command): Promise<void> {
  const status = statusOf(textFlag(command, 'status'));
  await withClient(command, async (client) => {
    const found: Shape[] = [];
    let hasMore = false;
    // Who asks for a function that is not there is told so.
    if (functionName !== undefined)
      await client.json('GET', `/2015-03-31/functions/${encodeURIComponent(functionName)}`);
    for (const kind of functionName === undefined ? kinds : (['function'] as const)) {
      const filter = {
        kind,
        ...(functionName !== undefined && { function: functionName }),
        ...(status !== undefined && { status }),
      };
      let left = rowsMax;
      for await (const each of executionsOf(client, filter)) {
        if (--left < 0) {
          hasMore = true;
          break;
        }
        found.push(each);
      }
    }
    if (wantsJson(command)) return printJson(found);
    if (found.length === 0)
      return void process.stderr.write(`There are no executions. Start one: ${launcher()} deploy FILE --durable 1h\n`);
    const head = ['NAME', 'OF', 'STATUS', 'STARTED', 'TOOK'].map((heading) => ({ heading, align: 'left' as const }));
    process.stdout.write(`${table(head, found.map(row))}\n`);
    if (hasMore)
      process.stderr.write(
        `There are more than these ${rowsMax}. Ask for fewer: by a function, or --status running.\n`,
      );
  });
}

function statusOf(said: string | undefined): string | undefined {
  const status = said?.toUpperCase();
  if (status === undefined || executionStatuses.some((each) => each === status)) return status;
  const all = executionStatuses.map((each) => each.toLowerCase()).join(', ');
  throw new CliError(`--status is one of ${all}; it is ${said}.`, exitCodes.usage);
}

function row(each: Shape): string[] {
  const [startedAt, endedAt] = [each.number('StartedAt'), each.number('EndedAt')];
  const status = each.text('Status');
  return [
    paint('bold', each.text('Name')),
    each.text('Function') || each.text('Kind'),
    status === 'RUNNING' ? `${status} (${each.text('Phase')})` : status,
    `${formatAge(Date.now() - startedAt)} ago`,
    formatAge((endedAt || Date.now()) - startedAt),
  ];
}

/** The ARN of what a name leads to: itself, or that of the newest execution of that name. */
async function arnOf(client: HeddleClient, given: string): Promise<string> {
  if (given.startsWith('arn:')) return given;
  const found: Shape[] = [];
  for (const kind of kinds) for await (const each of executionsOf(client, { kind, name: given })) found.push(each);
  const newest = found.toSorted((a, b) => b.number('StartedAt') - a.number('StartedAt'));
  const of = new Set(newest.map((each) => each.text('Function').split(':')[0]));
  if (of.size > 1)
    throw new CliError(
      `${of.size} functions or programs have an execution ${given}. Say which by its ARN.`,
      exitCodes.refused,
      {
        hint: newest.map((each) => `${each.text('Arn')} (${each.text('Status')})`).join('\n'),
      },
    );
  if (newest[0] !== undefined) return newest[0].text('Arn');
  throw new CliError(`There is no execution ${given}.`, exitCodes.refused, {
    hint: `"${launcher()} executions ls" lists what there is.`,
  });
}

async function show(given: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const arn = await arnOf(client, given);
    const execution = await getExecution(client, arn);
    const events = await Array.fromAsync(historyOf(client, arn));
    if (wantsJson(command)) return printJson({ ...Object(execution.toJSON()), Events: events });
    const [started, ended] = [execution.number('StartTimestamp') * 1_000, execution.number('EndTimestamp') * 1_000];
    const took = formatAge((ended || Date.now()) - started);
    const head = [
      paint('bold', execution.text('DurableExecutionName')),
      execution.text('Status'),
      `began ${new Date(started).toISOString()}`,
      took,
    ];
    process.stdout.write(`${head.join('  ')}\n${paint('dim', arn)}\n`);
    for (const line of executionTree(events, Date.now())) process.stdout.write(`${line}\n`);
    const outcome = execution.text('Result') || execution.object('Error').text('ErrorMessage');
    if (outcome !== '') process.stdout.write(`${outcome}\n`);
  });
}

async function stop(given: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const arn = await arnOf(client, given);
    const status = (await getExecution(client, arn)).text('Status');
    if (status !== 'RUNNING')
      throw new CliError(`The execution ${given} has ended before: it is ${status}.`, exitCodes.refused);
    await stopExecution(client, arn, textFlag(command, 'reason') ?? '');
    if (wantsJson(command)) return printJson({ stopped: arn });
    process.stderr.write(`${paint('green', '✓', process.stderr)} Stopped ${given}.\n`);
  });
}

async function complete(
  id: string,
  word: { readonly result: string } | { readonly error: string },
  command: Command,
): Promise<void> {
  await withClient(command, async (client) => {
    await completeCallback(client, id, word);
    if (wantsJson(command)) return printJson({ completed: id });
    process.stderr.write(`${paint('green', '✓', process.stderr)} The execution that waits for it goes on.\n`);
  });
}

const examples = `
Examples:
  $ heddle deploy order.ts --durable 1h             its executions may take an hour each
  $ heddle invoke order --execution order-1 --payload '{"id": 1}'
  $ heddle executions ls order                      what there is, and what it does
  $ heddle executions show order-1                  its steps, waits and callbacks as a tree
  $ heddle executions succeed CALLBACK '"yes"'      what it waits for has come
  $ heddle executions stop order-1`;

/** `heddle executions` */
export function executionsCommand(): Command {
  const executions = new Command('executions')
    .description('durable executions: list, show, stop, complete their callbacks')
    .addHelpText('after', examples);
  executions
    .command('ls')
    .alias('list')
    .description('the newest executions, of a function or of all')
    .argument('[function]', 'name of a function')
    .option('--status <status>', 'running, succeeded, failed, timed_out or stopped')
    .action(async (name: string | undefined, _options: unknown, command: Command) => await list(name, command));
  executions
    .command('show')
    .description("an execution's history as a tree")
    .argument('<name>', 'name or ARN of an execution')
    .action(async (name: string, _options: unknown, command: Command) => await show(name, command));
  executions
    .command('stop')
    .description('end an execution, wherever it is')
    .argument('<name>', 'name or ARN of an execution')
    .option('--reason <text>', 'why, for its history')
    .action(async (name: string, _options: unknown, command: Command) => await stop(name, command));
  executions
    .command('succeed')
    .description('complete a callback')
    .argument('<callback>', 'its id, as "show" prints it')
    .argument('[result]', 'what comes of it, as its code reads it', '')
    .action(
      async (id: string, result: string, _o: unknown, command: Command) => await complete(id, { result }, command),
    );
  executions
    .command('fail')
    .description('complete a callback with an error')
    .argument('<callback>', 'its id, as "show" prints it')
    .argument('[message]', 'why', 'refused')
    .action(async (id: string, error: string, _o: unknown, command: Command) => await complete(id, { error }, command));
  return executions;
}

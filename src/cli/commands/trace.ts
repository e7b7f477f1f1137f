import { Command } from 'commander';
import { limits } from '../../model/limits.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import type { Shape } from '../../sdk/shape.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { formatMs, paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import { waterfall } from '../output/waterfall.ts';
import { wholeFlag } from '../whole-flag.ts';

/** Columns of what is no terminal. */
const usualColumns = 100;
/** What is longer from its request to its first line of code than was promised is marked. */
const startMsPromised = 100;

async function trace(requestId: string | undefined, command: Command): Promise<void> {
  const limit = wholeFlag('limit', command.opts<{ readonly limit?: string }>().limit, 1, limits.tracesListedMax);
  const name = textFlag(command, 'function');
  await withClient(command, async (client) => {
    if (requestId === undefined) {
      const query = {
        ...(limit !== undefined && { limit: String(limit) }),
        ...(name !== undefined && { function: name }),
      };
      return showList(await client.admin('GET', '/traces', { query }), command);
    }
    try {
      showOne(await client.admin('GET', `/traces/${encodeURIComponent(requestId)}`), command);
    } catch (cause) {
      if (!(cause instanceof ServiceError && cause.status === 404)) throw cause;
      const hint = `"${launcher()} trace" lists the newest.`;
      throw new CliError(cause.message, exitCodes.refused, { hint, cause });
    }
  });
}

function showList(answer: Shape, command: Command): void {
  if (wantsJson(command)) return printJson(answer);
  const silent = answer.texts('silentHosts');
  if (silent.length > 0) process.stderr.write(`No answer from ${silent.join(', ')}: what ran there is not shown.\n`);
  const traces = answer.list('traces');
  if (traces.length === 0)
    return void process.stderr.write(`Nothing has run lately. Run something: ${launcher()} invoke NAME\n`);
  const hosts = traces.some((one) => one.text('host') !== '');
  const rows = traces.map((one) => [
    new Date(one.number('at')).toISOString().slice(11, 23),
    one.text('requestId'),
    nameOf(one),
    one.text('startPath'),
    formatMs(one.number('startMs')),
    formatMs(one.number('totalMs')),
    endOf(one),
    ...(hosts ? [one.text('host')] : []),
  ]);
  const columns = [
    { heading: 'RECEIVED' },
    { heading: 'REQUEST' },
    { heading: 'WHAT' },
    { heading: 'START PATH' },
    { heading: 'TO CODE', align: 'right' },
    { heading: 'IN ALL', align: 'right' },
    { heading: 'END' },
    ...(hosts ? [{ heading: 'HOST' }] : []),
  ] as const;
  process.stdout.write(`${table(columns, rows)}\n`);
}

function showOne(one: Shape, command: Command): void {
  if (wantsJson(command)) return printJson(one);
  process.stdout.write(`${describeTrace(one, process.stdout.columns ?? usualColumns).join('\n')}\n`);
}

/** A call and where its time went, for people: lines that fit so many columns where they can. */
export function describeTrace(one: Shape, columns: number): string[] {
  const host = one.text('host');
  const cameTo = one.text('cameTo');
  const cold = one.text('coldReason');
  const retries = one.number('retries');
  const traceId = one.text('traceId');
  const startMs = one.number('startMs');
  const late = one.text('startPath') !== 'cold-instance' && startMs >= startMsPromised;
  const to = `${formatMs(startMs)} to its first line of code`;
  return [
    `${paint('bold', nameOf(one))}  ${one.text('requestId')}`,
    `received ${new Date(one.number('at')).toISOString()}, ${endOf(one)} after ${formatMs(one.number('totalMs'))}`,
    one.text('startPath') === ''
      ? 'its code never ran'
      : `${one.text('startPath')}${cold === '' ? '' : ` (${cold})`}, ${late ? paint('yellow', to) : to}`,
    ...(one.text('container') === ''
      ? []
      : [
          `container ${one.text('container')} of instance ${one.text('instance')}${host === '' ? '' : ` on host ${host}`}${cameTo === '' ? '' : `, asked of host ${cameTo}`}`,
        ]),
    ...(retries > 0 ? [`begun ${retries + 1} times: it was lost before its code began`] : []),
    ...(traceId === '' ? [] : [`trace ${traceId}`]),
    '',
    ...waterfall(one, columns),
  ];
}

function nameOf(one: Shape): string {
  const version = one.text('version');
  // A program names its threads as it likes: what moves the cursor, or turns the text round, is not for a terminal.
  if (one.text('kind') === 'thread') return `thread ${one.text('name').replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '·')}`;
  return version === '' || version === '$LATEST' ? one.text('name') : `${one.text('name')}:${version}`;
}

function endOf(one: Shape): string {
  const ended = one.text('ended');
  return ended === 'ok' ? paint('green', 'ok') : paint('red', ended === 'time' ? 'timeout' : ended);
}

const examples = `
Examples:
  $ heddle trace                                          the newest invocations and threads
  $ heddle trace 7d0c31f6-8f0e-4c53-9f2b-2a4b5c6d7e8f     where each millisecond of one went
  $ heddle trace --function hello --limit 100
  $ heddle trace 7d0c31f6-8f0e-4c53-9f2b-2a4b5c6d7e8f --json

Answers say their id in the header x-amzn-requestid, and logs in START and REPORT lines; that of a thread is \`thread.id\`. The newest ${limits.tracesPerAccountMax}
of an account are kept, in memory. In a cluster all hosts are asked. For traces in tools of your own: heddle up --otlp-endpoint URL.`;

/** `heddle trace` */
export function traceCommand(): Command {
  return new Command('trace')
    .description('where each millisecond of an invocation or a thread went')
    .argument('[request-id]', 'id of the request, or of the thread; the newest where it is left out')
    .option('--function <name>', 'list only invocations of this function')
    .option('-n, --limit <count>', 'list at most so many (default: 20)')
    .addHelpText('after', examples)
    .action(async (id: string | undefined, _options: unknown, command: Command) => await trace(id, command));
}

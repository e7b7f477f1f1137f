import type { Command } from 'commander';
import type { HeddleClient } from '../../../sdk/client.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { formatAge, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';
import { wholeFlag } from '../../whole-flag.ts';

const errorLengthMax = 60;

/** `heddle events ls NAME`: the events of a function, or on their way to a destination, that have not ended, and those that failed. */
export async function listOf(line: string, command: Command): Promise<void> {
  const max = String(wholeFlag('max', textFlag(command, 'max'), 1, 1_000) ?? 20);
  const answer = await withClient(command, async (client) => {
    const events = await client.admin('GET', '/events', { query: { line, max } });
    if ([...events.list('waiting'), ...events.list('failed')].length === 0) await refuseUnknownLine(client, line);
    return events;
  });
  if (wantsJson(command)) return printJson(answer);
  const nowMs = answer.number('now');
  const rows = [...answer.list('waiting'), ...answer.list('failed')].map((event) => rowOf(event, nowMs));
  if (rows.length === 0)
    return void process.stderr.write(
      `Nothing waits for ${line}, and of what ended lately nothing failed. "${launcher()} events" lists what has events.\n`,
    );
  const columns = ['REQUEST ID', 'ACCEPTED', 'STATE', 'ATTEMPTS', 'NEXT', 'LAST ERROR'].map((heading) => ({ heading }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

/** Throws CliError (refused) where `line` names a function that is not there. What is left of one that was removed is found before. */
export async function refuseUnknownLine(client: HeddleClient, line: string): Promise<void> {
  if (line.startsWith('arn:')) return;
  const [base] = line.split(':');
  for await (const fn of client.functions()) if (fn.text('FunctionName') === base) return;
  await refuseUnknownFunction(client, line);
}

function rowOf(event: Shape, nowMs: number): readonly string[] {
  const error = event.list('attempts').at(-1)?.text('error') ?? '';
  const [state, next] = stateOf(event, nowMs);
  return [
    event.text('requestId'),
    `${formatAge(Math.max(0, nowMs - event.number('acceptedMs')))} ago`,
    state,
    String(event.number('runs')),
    next,
    error.replaceAll(/\s+/g, ' ').slice(0, errorLengthMax) || '-',
  ];
}

/** What it does, and when it is tried again. */
function stateOf(event: Shape, nowMs: number): readonly [state: string, next: string] {
  const condition = event.text('condition');
  if (condition !== '') return [paint('red', condition), '-'];
  if (event.flag('isRunning')) return [paint('green', 'running'), '-'];
  const waitsMs = event.number('dueMs') - nowMs;
  return waitsMs > 0 ? ['waits', `in ${formatAge(waitsMs)}`] : [paint('yellow', 'due'), 'in its turn'];
}

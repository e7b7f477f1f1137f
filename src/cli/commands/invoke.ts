import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command } from 'commander';
import { latestVersion } from '../../model/functions/function.ts';
import type { HeddleClient, InvokeAnswer } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { errorText, logLineText, printedError } from '../output/error-text.ts';
import { formatMs, paint } from '../output/style.ts';
import { refuseUnknownFunction } from '../unknown-function.ts';

/** `-` is stdin, `@file` a file, anything else the payload itself. Throws CliError where it is not JSON. */
async function readPayload(source: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    if (source === '-') bytes = await buffer(process.stdin);
    else bytes = source.startsWith('@') ? readFileSync(source.slice(1)) : Buffer.from(source);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`Could not read the payload from ${source}: ${why}.`, exitCodes.usage, { cause });
  }
  try {
    JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = `A text needs its own quotes: --payload '"text"'. A file: --payload @event.json`;
    throw new CliError(`The payload is not JSON: ${why}.`, exitCodes.usage, { hint, cause });
  }
  return bytes;
}

/** Calls a function; a durable one, which is called by a version, by what was deployed last where none is said. */
async function call(
  client: HeddleClient,
  name: string,
  ...rest: [payload: Uint8Array, options: Parameters<HeddleClient['invoke']>[2]]
): Promise<InvokeAnswer> {
  try {
    return await client.invoke(name, ...rest);
  } catch (error) {
    if (!(error instanceof ServiceError) || !/durable function using an unqualified/.test(error.message)) throw error;
    return await client.invoke(`${name}:$LATEST`, ...rest);
  }
}

/** The execution's name. */
function executionIn(arn: string): string {
  return arn.split('/').at(-2) ?? arn;
}

function say(answer: InvokeAnswer): void {
  const tone = answer.functionError === undefined ? 'green' : 'red';
  const head = answer.functionError === undefined ? '✓' : '✗';
  if (answer.execution !== undefined)
    return void process.stderr.write(
      `${paint(tone, head, process.stderr)} execution ${executionIn(answer.execution)}\n`,
    );
  const words = [
    `${paint(tone, head, process.stderr)} ${answer.startPath}`,
    `started in ${formatMs(answer.startMs)}`,
    `ran ${formatMs(answer.durationMs)}`,
    `${answer.instance} ${answer.container}`,
    ...(answer.version === latestVersion ? [] : [`version ${answer.version}`]),
    ...(answer.repeated ? ['the answer to the first request with this key'] : []),
  ];
  process.stderr.write(`${words.join(paint('dim', ' · ', process.stderr))}\n`);
}

/** `payload` where the answer is JSON, as it should be, else `payloadText`. */
function asJson({ payload, ...answer }: InvokeAnswer): unknown {
  const text = Buffer.from(payload).toString('utf8');
  if (text === '') return { ...answer, payload: null };
  try {
    return { ...answer, payload: JSON.parse(text) as unknown };
  } catch {
    return { ...answer, payloadText: text };
  }
}

function handedOver({ requestId, repeated, execution }: InvokeAnswer): string {
  if (execution !== undefined)
    return `Execution ${executionIn(execution)} has begun: ${launcher()} executions show ${executionIn(execution)}\n`;
  const what = repeated ? 'Handed over before as' : 'Handed over as';
  return `${what} ${requestId}. What becomes of it: ${launcher()} events show ${requestId}\n`;
}

async function invoke(name: string, command: Command): Promise<void> {
  const payload = await readPayload(textFlag(command, 'payload') ?? '{}');
  const options: { readonly log?: true; readonly async?: true; readonly execution?: string } = command.opts();
  const idempotencyKey = textFlag(command, 'idempotencyKey');
  const policy = textFlag(command, 'policy');
  await withClient(command, async (client) => {
    let answer: InvokeAnswer;
    try {
      answer = await call(client, name, payload, {
        event: options.async === true,
        logTail: options.log === true,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(policy !== undefined && { policy }),
        ...(options.execution !== undefined && { execution: options.execution }),
      });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) await refuseUnknownFunction(client, name);
      throw error;
    }
    if (answer.functionError !== undefined) process.exitCode = exitCodes.functionError;
    // Of what was only handed over, nothing else is known yet.
    const { requestId, repeated, execution } = answer;
    if (wantsJson(command))
      return printJson(options.async === true ? { requestId, repeated, execution } : asJson(answer));
    for (const line of answer.logTail.replace(/\n$/, '').split('\n'))
      if (answer.logTail !== '') process.stderr.write(`${logLineText(line, process.stderr)}\n`);
    if (options.async === true) return void process.stderr.write(handedOver(answer));
    say(answer);
    const text = Buffer.from(answer.payload).toString('utf8');
    const error = answer.functionError === undefined ? undefined : printedError(text);
    if (error !== undefined) return void process.stderr.write(`${errorText(error, process.stderr)}\n`);
    process.stdout.write(`${text}\n`);
  });
}

const examples = `
Examples:
  $ heddle invoke hello --payload '{"name": "Ada"}'
  $ heddle invoke resize --payload @event.json --log
  $ heddle invoke charge --async --payload @order.json --idempotency-key order-4711   once, however often it is handed over
  $ echo '[1, 2, 3]' | heddle invoke sum --payload -

The answer goes to stdout, what happened to stderr, a function's error as text. Exit code 1 means that the function itself failed.`;

/** `heddle invoke` */
export function invokeCommand(): Command {
  return new Command('invoke')
    .description('run a function and print its answer')
    .argument('<name>', 'name of the function')
    .option('-p, --payload <json>', 'JSON, @FILE, or - for stdin', '{}')
    .option('-l, --log', 'show what it printed (the last 4 KB)')
    .option('--execution <name>', 'of a durable function: the name of its execution, which is run once')
    .option(
      '--policy <names>',
      'policies that bound this call, with commas between, or one as JSON: see "heddle policy"',
    )
    .option('--async', 'hand the event over, which is kept on the disk until it has ended, and do not wait')
    .option(
      '--idempotency-key <key>',
      'requests with the same key are carried out once in 24 hours, and have the same answer',
    )
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await invoke(name, command));
}

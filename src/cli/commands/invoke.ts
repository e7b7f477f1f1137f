import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command } from 'commander';
import type { InvokeAnswer } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import { printJson, textFlag, wantsJson, withClient } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
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

function say(answer: InvokeAnswer): void {
  const tone = answer.functionError === undefined ? 'green' : 'red';
  const head = answer.functionError === undefined ? '✓' : '✗';
  const words = [
    `${paint(tone, head, process.stderr)} ${answer.startPath}`,
    `started in ${formatMs(answer.startMs)}`,
    `ran ${formatMs(answer.durationMs)}`,
    `${answer.instance} ${answer.container}`,
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

async function invoke(name: string, command: Command): Promise<void> {
  const payload = await readPayload(textFlag(command, 'payload') ?? '{}');
  const options: { readonly log?: true; readonly async?: true } = command.opts();
  await withClient(command, async (client) => {
    let answer: InvokeAnswer;
    try {
      answer = await client.invoke(name, payload, { event: options.async === true, logTail: options.log === true });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) await refuseUnknownFunction(client, name);
      throw error;
    }
    if (answer.functionError !== undefined) process.exitCode = exitCodes.functionError;
    // Of what was only handed over, nothing else is known yet.
    if (wantsJson(command)) return printJson(options.async === true ? { requestId: answer.requestId } : asJson(answer));
    if (answer.logTail !== '') process.stderr.write(answer.logTail.replace(/\n?$/, '\n'));
    if (options.async === true)
      return void process.stderr.write(`Handed over as ${answer.requestId}; its output goes to the function's log.\n`);
    say(answer);
    process.stdout.write(`${Buffer.from(answer.payload).toString('utf8')}\n`);
  });
}

const examples = `
Examples:
  $ heddle invoke hello --payload '{"name": "Ada"}'
  $ heddle invoke resize --payload @event.json --log
  $ echo '[1, 2, 3]' | heddle invoke sum --payload -

The answer goes to stdout, what happened to stderr. Exit code 1 means that the function itself failed.`;

/** `heddle invoke` */
export function invokeCommand(): Command {
  return new Command('invoke')
    .description('run a function and print its answer')
    .argument('<name>', 'name of the function')
    .option('-p, --payload <json>', 'JSON, @FILE, or - for stdin', '{}')
    .option('-l, --log', 'show what it printed (the last 4 KB)')
    .option('--async', 'hand the event over and do not wait')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await invoke(name, command));
}

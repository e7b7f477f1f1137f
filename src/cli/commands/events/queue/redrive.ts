import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { done } from '../../../accounts/print-key.ts';
import { wholeFlag } from '../../../whole-flag.ts';
import { arnOf } from './create.ts';
import { inFlightOf, inFlightWords } from './in-flight.ts';

const askMs = 200;

interface Flags {
  readonly to?: string;
  readonly rate?: string;
  readonly detach?: true;
}

/** `heddle queue redrive` */
export async function redrive(name: string, command: Command): Promise<void> {
  const { to, rate, detach } = command.opts<Flags>();
  const perSecond = wholeFlag('rate', rate, 1, 500);
  await withClient(command, async (client) => {
    const SourceArn = await arnOf(client, name);
    const started = await sqs(client, 'StartMessageMoveTask', {
      SourceArn,
      ...(to !== undefined && { DestinationArn: await arnOf(client, to) }),
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    }).catch((cause: unknown) => explain(cause, name));
    if (detach === true) return wantsJson(command) ? printJson(started) : done(`Messages of ${name} are being moved.`);
    const task = await ended(client, SourceArn);
    if (task.text('Status') !== 'COMPLETED') throw failed(name, task);
    if (wantsJson(command)) return printJson(task);
    const moved = task.number('ApproximateNumberOfMessagesMoved');
    const inFlight = inFlightWords(await inFlightOf(client, name));
    done(
      `Moved ${moved === 1 ? 'one message' : `${moved} messages`} of ${name} ${to === undefined ? 'back to where they came from' : `to ${to}`}.`,
    );
    if (inFlight !== undefined) process.stderr.write(`${inFlight}\n`);
  });
}

/** A queue of events of functions is no dead-letter queue of another queue. */
function explain(cause: unknown, name: string): never {
  if (!(cause instanceof ServiceError) || !/must be configured as a Dead Letter Queue/.test(cause.message)) throw cause;
  const hint = `No queue has ${name} as its dead-letter queue. Events that functions gave up are handed over again by "${launcher()} events redrive ${name}".`;
  throw new CliError(cause.message, exitCodes.refused, { hint, cause });
}

async function ended(client: HeddleClient, SourceArn: string): Promise<Shape> {
  for (;;) {
    const [task] = (await sqs(client, 'ListMessageMoveTasks', { SourceArn })).list('Results');
    if (task === undefined) throw new Error('The task that was started is not there.');
    if (task.text('Status') !== 'RUNNING') return task;
    await wait(askMs);
  }
}

function failed(name: string, task: Shape): CliError {
  const reason = task.text('FailureReason');
  const moved = task.number('ApproximateNumberOfMessagesMoved');
  const said = `Messages of ${name} are not all moved, ${moved} were: ${reason || task.text('Status')}.`;
  const hint =
    reason === 'CouldNotDetermineMessageSource'
      ? 'A message was sent to it directly, so there is no queue to go back to: say one with --to QUEUE. Events of functions: "heddle events redrive".'
      : 'What is left stays where it is.';
  return new CliError(said, exitCodes.refused, { hint });
}

import type { HeddleClient } from '../../../../sdk/client.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import { launcher } from '../../../context.ts';

/** What a schedule needs and what is not there, yet or by mistake, with what mends it: one sentence each. */
export async function missingEnds(client: HeddleClient, schedule: Shape): Promise<readonly string[]> {
  const target = schedule.object('Target');
  const deadLetters = target.object('DeadLetterConfig').text('Arn');
  const said = [
    await missingTarget(client, target.text('Arn')),
    deadLetters !== '' && (await isMissingQueue(client, deadLetters))
      ? `There is no queue ${queueIn(deadLetters)}: what cannot be delivered is lost until "${launcher()} queue create ${queueIn(deadLetters)}".`
      : undefined,
  ];
  return said.filter((sentence) => sentence !== undefined);
}

async function missingTarget(client: HeddleClient, arn: string): Promise<string | undefined> {
  const [, , service, , , kind, name = '', qualifier] = arn.split(':');
  if (service === 'sqs' && (await isMissingQueue(client, arn)))
    return `There is no queue ${queueIn(arn)}: nothing can be delivered until "${launcher()} queue create ${queueIn(arn)}".`;
  if (service !== 'lambda' || kind !== 'function') return undefined;
  const found = await there(
    client.json(
      'GET',
      `/2015-03-31/functions/${encodeURIComponent(name)}`,
      undefined,
      qualifier === undefined ? {} : { Qualifier: qualifier },
    ),
    'ResourceNotFoundException',
  );
  if (found) return undefined;
  const whole = qualifier === undefined ? name : `${name}:${qualifier}`;
  return `There is no function ${whole}: nothing can be delivered until it is deployed ("${launcher()} functions" lists what there is).`;
}

async function isMissingQueue(client: HeddleClient, arn: string): Promise<boolean> {
  return !(await there(sqs(client, 'GetQueueUrl', { QueueName: queueIn(arn) }), 'QueueDoesNotExist'));
}

function queueIn(arn: string): string {
  return arn.split(':')[5] ?? '';
}

async function there(asked: Promise<unknown>, absent: string): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.type === absent) return false;
    throw error;
  }
}

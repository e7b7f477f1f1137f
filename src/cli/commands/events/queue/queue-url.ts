import type { HeddleClient } from '../../../../sdk/client.ts';
import { sqs } from '../../../../sdk/sqs.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import { launcher } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { suggest } from '../../../suggest.ts';

/** Where a queue of the own account is. Throws CliError, which names the one that may have been meant. */
export async function queueUrlOf(client: HeddleClient, name: string): Promise<string> {
  try {
    return (await sqs(client, 'GetQueueUrl', { QueueName: name })).text('QueueUrl');
  } catch (cause) {
    if (!(cause instanceof ServiceError) || cause.type !== 'QueueDoesNotExist') throw cause;
    const urls = (await sqs(client, 'ListQueues', {})).texts('QueueUrls');
    const near = suggest(
      name,
      urls.map((url) => url.split('/').at(-1) ?? ''),
    );
    throw new CliError(`There is no queue ${name}.`, exitCodes.refused, {
      hint: near === undefined ? `"${launcher()} queue ls" lists what there is.` : `Did you mean ${near}?`,
      cause,
    });
  }
}

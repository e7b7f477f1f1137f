import { InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Clients, Deployment } from './deployment.ts';
import type { Kind } from './history.ts';

/** An event of the proof. */
export interface ProofEvent {
  readonly id: string;
  /** It fails whenever it is run. */
  readonly fails?: true;
}

/** What events are handed over by. */
export type SubmittingClients = Pick<Clients, 'sqs' | 'scheduler' | 'queueUrl'> & {
  readonly service: Pick<Clients['service'], 'client'>;
};

/** How many go in one request. */
export const together: Readonly<Record<Kind, number>> = { async: 1, queue: 10, schedule: 1 };

/** Hands events over; gives the ids of those that were acknowledged. Throws what the client says. */
export async function submit(
  kind: Kind,
  events: readonly ProofEvent[],
  { service, sqs, scheduler, queueUrl }: SubmittingClients,
  { functionArn }: Deployment,
): Promise<readonly string[]> {
  if (kind === 'queue') {
    const Entries = events.map((event) => ({ Id: event.id, MessageBody: JSON.stringify(event) }));
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl('jobs'), Entries }));
    return (sent.Successful ?? []).map(({ Id = '' }) => Id);
  }
  for (const event of events) {
    if (kind === 'async') {
      const Payload = JSON.stringify(event);
      await service.client.send(new InvokeCommand({ FunctionName: 'work', InvocationType: 'Event', Payload }));
      continue;
    }
    // Due as soon as it is there, and gone when it has been.
    const ScheduleExpression = `at(${new Date(Date.now() + 1_000).toISOString().slice(0, 19)})`;
    const Target = { Arn: functionArn, RoleArn: 'arn:aws:iam::000000000000:role/any', Input: JSON.stringify(event) };
    await scheduler.send(
      new CreateScheduleCommand({
        Name: event.id,
        ScheduleExpression,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target,
      }),
    );
  }
  return events.map(({ id }) => id);
}

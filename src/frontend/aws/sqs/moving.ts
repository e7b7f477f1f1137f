import { integerIn, requiredText, textIn } from '../../../api/sqs/input.ts';
import { checkRange, queueArn } from '../../../api/sqs/queue-name.ts';
import { moveHandle } from '../../../events/queues/queue-moves.ts';
import type { MoveTask } from '../../../store/durable/contracts/queues.ts';
import type { SqsRun } from './sqs-call.ts';

const tasksMax = 10;

export const startMessageMoveTask: SqsRun = async ({ input, queues, call }) => {
  const { account } = call.key;
  const source = await queues.moves.queueOf(requiredText(input, 'SourceArn'), account, 'SourceArn');
  const arn = textIn(input, 'DestinationArn');
  const destination = arn === undefined ? undefined : await queues.moves.queueOf(arn, account, 'DestinationArn');
  const rate = integerIn(input, 'MaxNumberOfMessagesPerSecond');
  return { TaskHandle: await queues.moves.start(source, destination, rate) };
};

export const cancelMessageMoveTask: SqsRun = async ({ input, queues, call }) => {
  const moved = await queues.moves.cancel(requiredText(input, 'TaskHandle'), call.key.account);
  return { ApproximateNumberOfMessagesMoved: moved };
};

export const listMessageMoveTasks: SqsRun = async ({ input, queues, call }) => {
  const source = await queues.moves.queueOf(requiredText(input, 'SourceArn'), call.key.account, 'SourceArn');
  const max = integerIn(input, 'MaxResults') ?? 1;
  checkRange('MaxResults', max, 1, tasksMax, `Must be between 1 and ${tasksMax}.`);
  const tasks = await queues.moves.list(source, max);
  return { Results: tasks.map((task) => shown(task, call.region)) };
};

function shown(task: MoveTask, region: string): Readonly<Record<string, unknown>> {
  const { account, destinationName, ratePerSecond, failure, status } = task;
  const arn = (name: string): string => queueArn(region, { account, name });
  return {
    ...(status === 'RUNNING' && { TaskHandle: moveHandle(task.id, account) }),
    Status: status,
    SourceArn: arn(task.sourceName),
    ...(destinationName !== undefined && { DestinationArn: arn(destinationName) }),
    ...(ratePerSecond !== undefined && { MaxNumberOfMessagesPerSecond: ratePerSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(failure !== undefined && { FailureReason: failure }),
    StartedTimestamp: task.startedAt,
  };
}

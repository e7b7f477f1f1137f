import { plural } from '../../../parts/format.ts';
import { sqs, type Ask } from './sqs.ts';

/** How often it is asked how far it is, ms. */
const askMs = 300;

/** Has all messages of a dead-letter queue moved back to where they came from; resolves with what became of it, in words. Throws ServiceError. */
export async function redriveQueue(
  ask: Ask,
  { name, account, region }: { readonly name: string; readonly account: string; readonly region: string },
): Promise<string> {
  const SourceArn = `arn:aws:sqs:${region}:${account}:${name}`;
  await sqs(ask, 'StartMessageMoveTask', { SourceArn });
  for (;;) {
    const { Results } = await sqs(ask, 'ListMessageMoveTasks', { SourceArn });
    const [task] = Array.isArray(Results) ? Results : [];
    const { Status, ApproximateNumberOfMessagesMoved: moved, FailureReason } = Object(task);
    if (Status === 'COMPLETED') return `${plural(Number(moved ?? 0), 'message')} moved back.`;
    if (Status !== 'RUNNING')
      throw new Error(`${plural(Number(moved ?? 0), 'message')} moved, and then it failed: ${reason(FailureReason)}`);
    await new Promise((resolve) => setTimeout(resolve, askMs));
  }
}

function reason(code: unknown): string {
  if (code === 'CouldNotDetermineMessageSource')
    return 'a message was sent to this queue directly, so there is no queue to go back to.';
  return typeof code === 'string' ? code : 'nobody says why.';
}

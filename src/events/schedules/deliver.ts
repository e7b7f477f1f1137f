import { randomUUID } from 'node:crypto';
import { functionRef } from '../../api/function-ref.ts';
import { SqsError } from '../../api/sqs/errors.ts';
import { tenantOf } from '../../api/tenancy.ts';
import { limits } from '../../model/limits.ts';
import type { Firing } from '../../store/durable/contracts/schedules.ts';
import type { AsyncEvents } from '../async/async-events.ts';
import type { EventTargets } from '../async/targets.ts';
import { QueueMissingError, type QueueSender, type RequestSender } from '../queue-sender.ts';
import type { MessageRequest } from '../queues/rules/outgoing.ts';
import { DeliveryError, deliveryError, type ScheduleDelivery } from './delivery.ts';
import { fittingLetter } from './fitting-letter.ts';
import { operationCall, type FunctionCall } from './operation-call.ts';
import { payloadOf } from './payload.ts';
import { targetOf } from './target.ts';

/** What schedules deliver by. */
export interface DeliverParts {
  readonly async: Pick<AsyncEvents, 'accept'>;
  readonly targets: EventTargets;
  readonly queues: Pick<QueueSender, 'send'> & RequestSender;
  readonly region: string;
}

/** Calls functions asynchronously, and sends to queues: what is delivered is on the disk. */
export function scheduleDelivery(parts: DeliverParts): ScheduleDelivery {
  return {
    async occurrence(firing) {
      try {
        await deliver(parts, firing);
      } catch (error) {
        throw deliveryError(error);
      }
    },
    async deadLetter({ schedule, target }, letter) {
      if (target.deadLetterArn === undefined) return undefined;
      const queue = { account: schedule.account, name: target.deadLetterArn.split(':')[5] ?? '' };
      try {
        const { body, attributes } = fittingLetter(letter, await parts.queues.messageBytesMax(queue));
        await parts.queues.send(queue, { body, attributes });
        return undefined;
      } catch (error) {
        if (error instanceof QueueMissingError || (error instanceof SqsError && error.status < 500))
          return error.message;
        throw error;
      }
    },
  };
}

async function deliver(parts: DeliverParts, firing: Firing): Promise<void> {
  const { region } = parts;
  const { account } = firing.schedule;
  const { arn, messageGroupId } = firing.target;
  const target = targetOf(arn, account, region);
  const payload = payloadOf(firing, region);
  const sendTo = async (name: string, message: MessageRequest): Promise<void> =>
    void (await parts.queues.request({ account, name }, message));
  if (target?.kind === 'function')
    return await call(parts, { kind: 'call', ref: functionRef(arn, { account, region }), payload });
  if (target?.kind === 'queue')
    return await sendTo(target.name, {
      body: payload,
      ...(messageGroupId !== undefined && { groupId: messageGroupId }),
      ...(target.name.endsWith('.fifo') && { deduplicationId: firing.executionId }),
    });
  if (target === undefined) throw new DeliveryError('ValidationException', `Schedules cannot reach ${arn}.`, false);
  const asked = operationCall(target.operation, payload, { account, region });
  return asked.kind === 'call' ? await call(parts, asked) : await sendTo(asked.queue, asked.message);
}

async function call(parts: DeliverParts, { ref, payload, clientContext, tenantId }: FunctionCall): Promise<void> {
  const { async, targets } = parts;
  const { account, name, qualifier } = ref;
  try {
    JSON.parse(payload);
  } catch {
    throw new DeliveryError('InvalidRequestContentException', 'The input is no JSON, which a function takes.', false);
  }
  if (Buffer.byteLength(payload) > limits.eventPayloadBytesMax)
    throw new DeliveryError(
      'RequestTooLargeException',
      `The input has ${Buffer.byteLength(payload)} bytes; an event may have ${limits.eventPayloadBytesMax}.`,
      false,
    );
  if ((await targets.rules(account, name, qualifier)) === undefined) {
    const whole = qualifier === undefined ? ref.arn : `${ref.arn}:${qualifier}`;
    throw new DeliveryError('ResourceNotFoundException', `Function not found: ${whole}`, false);
  }
  // One that cannot run now may when its event has its turn.
  const found = await targets.target(account, name, qualifier, undefined).catch(() => undefined);
  if (found !== undefined) tenantOf(found.function, tenantId);
  await async.accept({
    account,
    functionName: name,
    requestId: randomUUID(),
    payload: Buffer.from(payload),
    ...(qualifier !== undefined && { qualifier }),
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
  });
}

/** What has to be done so that an occurrence of a schedule that was given up is delivered after all. */
export type ScheduledLetter =
  | {
      readonly kind: 'event';
      /** Name or ARN. */
      readonly functionName: string;
      readonly qualifier?: string;
      readonly payload: string;
      /** As base64, as the schedule says it. */
      readonly clientContext?: string;
      readonly tenantId?: string;
    }
  /** `input`: of SQS's SendMessage; where `queue` names one by its name, its QueueUrl is to be added. */
  | { readonly kind: 'message'; readonly queue?: string; readonly input: Readonly<Record<string, unknown>> }
  /** Nobody can, and why, for people. */
  | { readonly kind: 'lost'; readonly why: string };

const universal = 'arn:aws:scheduler:::aws-sdk:';

/**
 * What a dead letter of a schedule asks for, by its body and its attributes (https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html; '' where there is none of a name).
 * Undefined where no schedule gave it up.
 */
export function scheduledLetterIn(body: string, attribute: (name: string) => string): ScheduledLetter | undefined {
  const target = attribute('TARGET_ARN');
  if (target === '' || attribute('SCHEDULE_ARN') === '') return undefined;
  const schedule = attribute('SCHEDULE_ARN').split('/').slice(1).join('/');
  if (attribute('IS_PAYLOAD_TRUNCATED') === 'true')
    return lost(`of what ${schedule} sends the queue has only the beginning; its next occurrence has all of it.`);
  if (target.startsWith(universal)) return ofOperation(target.slice(universal.length), body, schedule);
  const [, , service, , , ...rest] = target.split(':');
  if (service === 'lambda') return { kind: 'event', functionName: target, payload: body };
  const queue = rest.join(':');
  if (service !== 'sqs' || queue === '') return lost(`${target} is nothing that can be sent to.`);
  if (!queue.endsWith('.fifo')) return { kind: 'message', queue, input: { MessageBody: body } };
  // Which group it was of is not in the letter; all of one schedule are of the same.
  const of = { MessageGroupId: schedule, MessageDeduplicationId: attribute('EXECUTION_ID') };
  return { kind: 'message', queue, input: { MessageBody: body, ...of } };
}

/** A target that is an operation of an API: its request is the body. */
function ofOperation(operation: string, body: string, schedule: string): ScheduledLetter {
  const input = objectIn(body);
  if (input === undefined) return lost(`what ${schedule} sends is no JSON object, which ${operation} takes.`);
  if (operation === 'sqs:sendMessage') return { kind: 'message', input };
  if (operation !== 'lambda:invoke') return lost(`${operation} is not done for schedules here.`);
  const { FunctionName, Qualifier, Payload = '{}', ClientContext, TenantId } = input;
  if (typeof FunctionName !== 'string') return lost(`what ${schedule} sends names no FunctionName.`);
  return {
    kind: 'event',
    functionName: FunctionName,
    payload: typeof Payload === 'string' ? Payload : JSON.stringify(Payload),
    ...(typeof Qualifier === 'string' && { qualifier: Qualifier }),
    ...(typeof ClientContext === 'string' && { clientContext: ClientContext }),
    ...(typeof TenantId === 'string' && { tenantId: TenantId }),
  };
}

function lost(why: string): ScheduledLetter {
  return { kind: 'lost', why };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

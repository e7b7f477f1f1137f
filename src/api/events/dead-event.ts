import { rawMember } from './raw-member.ts';

/** An event as it is to be handed over once more. */
export interface DeadEvent {
  /** Name or ARN, with the version or alias that it was for. */
  readonly functionName: string;
  readonly payload: string;
}

/**
 * Whose event a message of a queue is: a dead letter, beside whose body an attribute says its function (`functionArn`; '' where there is none), or the record that an
 * on-failure destination is sent. Undefined where it does not say.
 */
export function deadEventIn(body: string, functionArn: string): DeadEvent | undefined {
  const record = recordIn(body);
  if (record !== undefined) return record;
  return functionArn === '' ? undefined : { functionName: functionArn, payload: body };
}

function recordIn(body: string): DeadEvent | undefined {
  try {
    const context = rawMember(body, 'requestContext');
    // As it stands there: parsed and written again, numbers of it would lose digits.
    const payload = rawMember(body, 'requestPayload');
    if (context === undefined || payload === undefined) return undefined;
    const { functionArn }: { functionArn?: unknown } = Object(JSON.parse(context));
    return typeof functionArn === 'string' && functionArn !== '' ? { functionName: functionArn, payload } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

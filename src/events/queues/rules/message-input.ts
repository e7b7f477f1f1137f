import type { JsonInput } from '../../../api/json-input.ts';
import { SqsError } from '../../../api/sqs/errors.ts';
import { asObject, integerIn, objectIn, textIn } from '../../../api/sqs/input.ts';
import type { MessageAttribute } from './message-attributes.ts';
import type { MessageRequest } from './outgoing.ts';

/** What a request to send a message says, as the JSON protocol has it. Throws SqsError. */
export function messageIn(input: JsonInput): MessageRequest {
  const delaySeconds = integerIn(input, 'DelaySeconds');
  const groupId = textIn(input, 'MessageGroupId');
  const deduplicationId = textIn(input, 'MessageDeduplicationId');
  return {
    body: textIn(input, 'MessageBody'),
    attributes: attributesIn(input, 'MessageAttributes'),
    systemAttributes: attributesIn(input, 'MessageSystemAttributes'),
    ...(delaySeconds !== undefined && { delaySeconds }),
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
}

function attributesIn(input: JsonInput, name: string): Readonly<Record<string, MessageAttribute>> {
  return Object.fromEntries(
    Object.entries(objectIn(input, name)).map(([key, value]) => {
      const attribute = asObject(value, name);
      const DataType = textIn(attribute, 'DataType');
      const StringValue = textIn(attribute, 'StringValue');
      const BinaryValue = textIn(attribute, 'BinaryValue');
      if (DataType === undefined || DataType === '')
        throw new SqsError(
          'InvalidParameterValueException',
          `The message attribute '${key}' must contain a non-empty message attribute type.`,
        );
      return [
        key,
        {
          DataType,
          ...(StringValue !== undefined && { StringValue }),
          ...(BinaryValue !== undefined && { BinaryValue }),
        },
      ];
    }),
  );
}

import type { DeadLetter } from './delivery.ts';

const messageName = 'ERROR_MESSAGE';

/**
 * A dead letter as it fits into a queue whose messages may have so many bytes: its payload is cut, with `IS_PAYLOAD_TRUNCATED`, as EventBridge Scheduler
 * has it. What the error says gives way, too, to half of what there is. One whose other attributes leave no room stays as it is, and is refused.
 */
export function fittingLetter({ body, attributes }: DeadLetter, bytesMax: number): DeadLetter {
  if (Buffer.byteLength(body) + attributesBytes(attributes) <= bytesMax) return { body, attributes };
  const { [messageName]: message = '', ...others } = attributes;
  const room = bytesMax - attributesBytes({ ...others, [messageName]: '' });
  const shortBody = cut(body, Math.max(Math.floor(room / 2), room - Buffer.byteLength(message)));
  const shortMessage = cut(message, room - Buffer.byteLength(shortBody));
  if (shortBody === '' || shortMessage === '') return { body, attributes };
  const truncated = { ...(shortBody !== body && { IS_PAYLOAD_TRUNCATED: 'true' }), [messageName]: shortMessage };
  return { body: shortBody, attributes: { ...others, ...truncated } };
}

/** What attributes of the type `String` count. */
function attributesBytes(attributes: DeadLetter['attributes']): number {
  const each = Object.entries(attributes).map(
    ([name, value]) => Buffer.byteLength(name) + Buffer.byteLength('String') + Buffer.byteLength(value),
  );
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

/** The beginning that has so many bytes at most, in whole characters. */
function cut(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  // What is incomplete at the end waits for more, which does not come.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, Math.max(0, bytesMax)), {
    stream: true,
  });
}

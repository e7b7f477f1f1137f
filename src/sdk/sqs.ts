import { text as readText } from 'node:stream/consumers';
import type { HeddleClient } from './client.ts';
import { Shape } from './shape.ts';

/** An operation of SQS, by its JSON protocol. Throws as the client does; the type of a ServiceError is SQS's, such as `QueueDoesNotExist`. */
export async function sqs(client: HeddleClient, operation: string, input: Record<string, unknown>): Promise<Shape> {
  const response = await client.send({
    method: 'POST',
    path: '/',
    service: 'sqs',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
  });
  const text = await readText(response);
  return new Shape(text === '' ? {} : JSON.parse(text), `answer of ${operation}`);
}

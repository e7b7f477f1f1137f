import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

interface Order {
  readonly id: string;
  readonly customer: string;
}

const lambda = new LambdaClient({});
const queue = new SQSClient({});

async function rate(): Promise<number> {
  const answer = await fetch('https://rates.example.com/eur');
  return Number(await answer.text());
}

async function ship(order: Order, price: number): Promise<void> {
  const MessageBody = JSON.stringify({ ...order, price });
  await queue.send(new SendMessageCommand({ QueueUrl: process.env['QUEUE_URL'], MessageBody }));
}

/** Takes an order: asks for a rate, greets the customer by another function, and puts the order into a queue. What of that can be done twice? */
export const handler = async (order: Order): Promise<void> => {
  const price = 10 * (await rate());
  await lambda.send(new InvokeCommand({ FunctionName: 'hello', Payload: JSON.stringify({ name: order.customer }) }));
  await ship(order, price);
};

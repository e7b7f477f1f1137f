import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { hostOf, type TestCluster } from '../harness.ts';
import type { Way } from '../history/history.ts';
import type { Ledger } from '../history/ledger.ts';
import type { Deployment } from './deployment.ts';

/** A client gives up after so long: nothing that it asks here takes a tenth of it. */
const answerMsMax = 20_000;
/** Between two requests of one caller: the machine is there for the cluster, too. */
const pauseMs = 40;
/** Where what has to be read was not answered. */
const againMs = 500;

/** Clients that send requests to hosts, until they are told to end. */
export interface Traffic extends AsyncDisposable {
  /** Ends it, and resolves when everything that was under way has ended, too. */
  stop(): Promise<void>;
}

/** Events of both ways, and synchronous invocations, each host by a caller of its own, all written into the ledger. */
export function startTraffic(cluster: TestCluster, ledger: Ledger, deployment: Deployment): Traffic {
  const over = new AbortController();
  const clients: { destroy(): void }[] = [];
  const callers: Promise<void>[] = [];
  for (let n = 0; n < cluster.hosts.length; n += 1) {
    const options = { ...cluster.clientOptions(n), requestHandler: patience };
    const lambda = new LambdaClient(options);
    const sqs = new SQSClient(options);
    clients.push(lambda, sqs);
    const QueueUrl = new URL(`/${deployment.account}/jobs`, hostOf(cluster, n).url).href;
    const sendAsync = async (text: string): Promise<void> =>
      void (await lambda.send(new InvokeCommand({ FunctionName: 'work', InvocationType: 'Event', Payload: text })));
    const sendMessage = async (text: string): Promise<void> =>
      void (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text })));
    const again = (once: () => Promise<void>): number => callers.push(untilOver(once, over.signal));
    again(() => submit('async', n, ledger, sendAsync));
    again(() => submit('queue', n, ledger, sendMessage));
    again(() => call(n, ledger, lambda));
  }
  const stop = async (): Promise<void> => {
    over.abort();
    await Promise.all(callers);
    for (const client of clients) client.destroy();
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

/** Of the SDK's handler of requests. */
const patience = { connectionTimeout: 2_000, requestTimeout: answerMsMax, throwOnRequestTimeout: true };

async function untilOver(once: () => Promise<void>, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await once();
    await wait(pauseMs);
  }
}

async function submit(way: Way, host: number, ledger: Ledger, send: (text: string) => Promise<void>): Promise<void> {
  const id = `${way}-${host}-${ledger.history.length}`;
  ledger.write({ what: 'submitted', id, way, host, atMs: ledger.now() });
  try {
    await send(JSON.stringify({ id }));
    ledger.write({ what: 'acknowledged', id, atMs: ledger.now() });
  } catch (error) {
    ledger.write({ what: wasRefused(error) ? 'refused' : 'unanswered', id, why: String(error) });
  }
}

/** A 5xx does not say that something was not done, but where it says so in words. */
function wasRefused(error: unknown): boolean {
  return (statusOf(error) ?? 500) < 500 || /not done|nothing was changed/i.test(String(error));
}

async function call(machine: number, ledger: Ledger, client: LambdaClient): Promise<void> {
  const beganMs = ledger.now();
  const done = (): { beganMs: number; tookMs: number } => ({ beganMs, tookMs: ledger.now() - beganMs });
  try {
    await client.send(new InvokeCommand({ FunctionName: 'echo', Payload: '1' }));
    ledger.write({ what: 'called', machine, ...done(), outcome: 'answered' });
  } catch (error) {
    const outcome = statusOf(error) === undefined ? 'broken' : 'refused';
    ledger.write({ what: 'called', machine, ...done(), outcome, why: String(error) });
  }
}

/** Undefined where no answer came. */
function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status: unknown = Object(metadata).httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Writes down what is in the queue of dead letters, until it is empty. Tried again until `signal` fires: a fault may leave the account without a home for some seconds. */
export async function readDeadLetters(
  cluster: TestCluster,
  ledger: Ledger,
  { account }: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const sqs = new SQSClient({ ...cluster.clientOptions(0), requestHandler: patience });
  const QueueUrl = new URL(`/${account}/dead`, hostOf(cluster, 0).url).href;
  const whenAnswered = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    for (;;)
      try {
        return await ask();
      } catch (error) {
        if ((statusOf(error) ?? 500) < 500 || signal.aborted) throw error;
        await wait(againMs);
      }
  };
  try {
    for (;;) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await whenAnswered(() => sqs.send(receive));
      if (Messages.length === 0) return;
      for (const { Body = '', ReceiptHandle } of Messages) {
        // Of the queue it is the message, of the function the record of its destination.
        const body: { id?: string; requestPayload?: { id: string } } = JSON.parse(Body);
        ledger.write({ what: 'dead-lettered', id: body.id ?? body.requestPayload?.id ?? Body });
        await whenAnswered(() => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })));
      }
    }
  } finally {
    sqs.destroy();
  }
}

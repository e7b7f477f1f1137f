/*
 * Sends messages to the queues of a home for ever, and receives and deletes some, and says on its output what was acknowledged: `sent BODY`, `deleted
 * BODY`. The process that the crash test kills. Argument: the home.
 */
import { openTestQueues } from './test-queues.ts';

const account = '123456789012';
const [home = ''] = process.argv.slice(2);
const { queues } = openTestQueues(home);
for (const name of ['standard', 'order.fifo']) {
  const attributes: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await queues.admin.create({ account, name }, { ...attributes, VisibilityTimeout: '0' }, {});
}

async function send(name: string, worker: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const body = `${name} ${process.pid} ${worker} ${n}`;
    const order = name.endsWith('.fifo') ? { groupId: `g${worker}`, deduplicationId: body.replaceAll(' ', '-') } : {};
    await queues.inside.send({ account, name }, { body, ...order });
    process.stdout.write(`sent ${body}\n`);
  }
}

async function remove(name: string): Promise<never> {
  for (;;) {
    const [message] = await queues.inside.receive({ account, name }, { max: 1, waitMs: 60_000, visibilityMs: 60_000 });
    if (message === undefined) continue;
    await queues.inside.delete({ account, name }, [message]);
    process.stdout.write(`deleted ${message.body}\n`);
  }
}

await Promise.all([
  send('standard', 1),
  send('standard', 2),
  send('order.fifo', 1),
  send('order.fifo', 2),
  remove('standard'),
  remove('order.fifo'),
]);

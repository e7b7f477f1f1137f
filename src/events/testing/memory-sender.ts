import type { OutgoingMessage, QueueName, QueueSender } from '../queue-sender.ts';

/** One queue, `dead`, that keeps what it is sent, in memory. */
export class MemorySender implements QueueSender {
  readonly sent: (OutgoingMessage & QueueName)[] = [];
  has = async ({ name }: QueueName): Promise<boolean> => name === 'dead';
  async send(queue: QueueName, message: OutgoingMessage): Promise<{ readonly messageId: string }> {
    this.sent.push({ ...queue, ...message });
    return { messageId: String(this.sent.length) };
  }
}

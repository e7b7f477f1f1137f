import type { Consumer, ConsumerConfig, JetStreamManager } from '@nats-io/jetstream';
import type { Opening } from './outside-sources.ts';

/** Nothing is delivered again by the clock: whoever begins to read begins at what was not done. */
const ackWaitNs = 86_400_000 * 1_000_000;

/** `STREAM` or `STREAM/SUBJECT`. */
export function namesIn(what: string): { readonly stream: string; readonly subject?: string } {
  const [stream = '', subject] = what.split('/');
  return { stream, ...(subject !== undefined && { subject }) };
}

/** The durable consumer of a mapping. */
export function consumerName(uuid: string): string {
  return `heddle-${uuid}`;
}

/**
 * The mapping's own consumer. One that has given out what was not acknowledged is made anew behind what was, so that all comes again and in its order;
 * where that was is kept here, in case that we die in between.
 */
export async function consumerOf(
  manager: JetStreamManager,
  what: string,
  { uuid, order }: Opening<'nats'>['mapping'],
  position: Opening<'nats'>['position'],
): Promise<Consumer> {
  const { AckPolicy, DeliverPolicy, RetentionPolicy } = await import('@nats-io/jetstream');
  const { stream, subject } = namesIn(what);
  const name = consumerName(uuid);
  const known = await manager.consumers.info(stream, name).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (known !== undefined && known.num_ack_pending > 0) {
    await position.set(String(known.ack_floor.stream_seq));
    await manager.consumers.delete(stream, name);
  }
  if (known === undefined || known.num_ack_pending > 0) {
    const at = await position.get();
    const { config } = await manager.streams.info(stream);
    const startAt = order?.startAt ?? 'TRIM_HORIZON';
    const from = (): Partial<ConsumerConfig> => {
      // What is done is removed there, and no other beginning allowed.
      if (config.retention === RetentionPolicy.Workqueue) return { deliver_policy: DeliverPolicy.All };
      if (at !== undefined) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Number(at) + 1 };
      if (typeof startAt === 'object')
        return {
          deliver_policy: DeliverPolicy.StartTime,
          opt_start_time: new Date(startAt.timestamp).toISOString(),
        };
      return { deliver_policy: startAt === 'LATEST' ? DeliverPolicy.New : DeliverPolicy.All };
    };
    await manager.consumers.add(stream, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitNs,
      max_ack_pending: -1,
      ...(subject !== undefined && { filter_subject: subject }),
      ...from(),
    });
  }
  return await manager.jetstream().consumers.get(stream, name);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && /consumer not found/i.test(error.message);
}

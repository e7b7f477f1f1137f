import { refusedSource } from '../connections.ts';
import type { OutsideClient } from '../outside-sources.ts';
import { checkAccess } from './access.ts';
import { clientOptions, wordsOf } from './client.ts';
import { KafkaGroup } from './group.ts';

/** The most partitions that a mapping reads: each is read for itself, and has a share of what may lie here. */
const partitionsMax = 1_000;

/** Topics of Kafka's protocol: `arn:aws:heddle-source:::NAME/TOPIC`. */
export const kafkaClient: OutsideClient<'kafka'> = {
  async check({ to, what, mapping }) {
    checkAccess(to, mapping);
    const { Admin } = await import('@platformatic/kafka');
    const client = new Admin({ ...clientOptions(to), retries: 0 });
    try {
      const { topics } = await client.metadata({ topics: [what] });
      const count = topics.get(what)?.partitionsCount ?? 0;
      if (count > partitionsMax)
        throw refusedSource(`${mapping.sourceArn} has ${count} partitions; it should have ${partitionsMax} at most.`);
    } catch (error) {
      throw refusedSource(`${mapping.sourceArn} could not be looked at: ${wordsOf(error)}`, error);
    } finally {
      await client.close();
    }
  },
  open: async (opening) => new KafkaGroup(opening),
  // Its member has left the group, and brokers forget a group without members by themselves; one that others are in is theirs.
  forget: async () => undefined,
};

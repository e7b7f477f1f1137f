import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import type { ClusterSettings } from '../../model/cluster.ts';
import { readSeed } from '../nats/seed.ts';

/** For one answer; servers that look for a leader give none. */
const answerMsMax = 1_000;

/** Resolves when a stream with all replicas can be made: most servers have found each other, and have a leader. */
export async function untilJetStreamAnswers(settings: ClusterSettings, signal: AbortSignal): Promise<void> {
  const seed = await readSeed(settings.keyFile);
  for (;;) {
    const nats = await connect({
      servers: [...settings.servers],
      authenticator: nkeyAuthenticator(seed.getSeed()),
      reconnect: false,
    });
    try {
      const { streams } = await jetstreamManager(nats, { timeout: answerMsMax });
      await streams.add({ name: 'ready', subjects: ['ready'], num_replicas: settings.replicas });
      await streams.delete('ready');
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      await wait(100);
    } finally {
      await nats.close();
    }
  }
}

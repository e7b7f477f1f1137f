import { pino, type Logger } from 'pino';
import type { ClusterSettings } from '../../model/cluster.ts';
import { type NatsLink, openNatsLink } from '../nats/connection.ts';

/** Says nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** A link of a test to real servers. */
export function testLink(settings: ClusterSettings, name = 'test'): Promise<NatsLink> {
  return openNatsLink({ settings, name, logger: silentLogger, signal: AbortSignal.timeout(300_000) });
}

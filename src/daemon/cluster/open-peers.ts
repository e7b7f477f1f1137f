import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { HostId, HostRecord } from '../../cluster/contract.ts';
import { hostCertificate } from '../../cluster/peers/certificate.ts';
import { identityOfForwarded } from '../../cluster/peers/forwarding/identity.ts';
import { HostPeers, type Front } from '../../cluster/peers/host-peers.ts';
import { systemClock } from '../../model/clock.ts';
import type { ClusterSettings } from '../../model/cluster.ts';

/** This host's way to the others: what of its record it decides, and who asks by way of them. */
export interface OpenedPeers {
  readonly peers: HostPeers;
  readonly record: Pick<HostRecord, 'peer' | 'certificate'>;
  readonly identityOf: typeof identityOfForwarded;
}

/**
 * Listens for other hosts, none of which is let in before `peers.join`. Throws where the port is taken.
 */
export async function openPeers(
  home: string,
  host: HostId,
  settings: Pick<ClusterSettings, 'peerHost' | 'peerPort'>,
  logger: Logger,
  undo: AsyncDisposableStack,
): Promise<OpenedPeers> {
  const own = await hostCertificate(home, host);
  const report = (err: unknown): void => logger.error({ err }, 'A connection of another host could not be taken.');
  const peers = undo.use(new HostPeers(own, systemClock, report));
  const peer = await peers.listen(settings.peerHost, settings.peerPort);
  return {
    peers,
    record: { peer, certificate: own.sha256 },
    identityOf: identityOfForwarded,
  };
}

/** A service's own server as what answers requests that other hosts forward. */
export function frontOf(server: Server): Front {
  return {
    request: (request, response) => void server.emit('request', request, response),
    upgrade: (request, socket, head) => void server.emit('upgrade', request, socket, head),
  };
}

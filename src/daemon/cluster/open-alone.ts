import { AloneMembership } from '../../cluster/alone/alone-membership.ts';
import { AskedHosts } from '../../cluster/alone/asked-hosts.ts';
import { DownLink } from '../../cluster/alone/down-link.ts';
import { ClusterUnavailableError, type HostRecord, type Leases } from '../../cluster/contract.ts';
import { hostIdOf } from '../../cluster/membership/host-id.ts';
import { openBucket } from '../../cluster/nats/buckets.ts';
import { openNatsLink } from '../../cluster/nats/connection.ts';
import { inWords, ServerCount } from '../../cluster/nats/reach.ts';
import { protocolVersions } from '../../cluster/protocol-version.ts';
import { systemClock } from '../../model/clock.ts';
import { type ClusterSurroundings, type OpenedCluster, reachableUrl } from './open-joined.ts';
import { openClusterLife } from './open-life.ts';
import { openPeers } from './open-peers.ts';
import { openClusterView } from './open-view.ts';

/** One attempt to find NATS servers, most of which answer, and until the next, ms. */
const attemptMsMax = 10_000;
const againMs = 1_000;

/**
 * A host's part in a cluster whose NATS servers do not answer when it is started. It takes no lease and is no home; other hosts that it knew are asked directly, and what accounts may have is what their
 * homes lend it (which homes do without NATS, too). `back` fires when NATS answers again.
 */
export async function openAlone(
  { settings, home, release, logger, known, signal }: ClusterSurroundings & { readonly known: readonly HostRecord[] },
  undo: AsyncDisposableStack,
): Promise<OpenedCluster> {
  const id = await hostIdOf(home);
  const { hostName: name } = settings;
  const { peers, record, identityOf } = await openPeers(home, id, settings, logger, undo);
  const others = known.filter((one) => one.id !== id);
  const asked = undo.use(new AskedHosts({ hosts: others.map((one) => one.id), peers, clock: systemClock }));
  const about = { id, name, release, url: '', protocol: protocolVersions, startedAt: systemClock.wall() };
  const membership = new AloneMembership({ ...about, ...record }, others, asked);
  peers.join(membership.tried());
  asked.begin();
  const leases: Leases = {
    take: async () => undefined,
    holderOf: (lease) => asked.holderOf(lease),
    onChange: (listener) => asked.onChange(listener),
  };
  const link = new DownLink(logger);
  const servers = new ServerCount(settings, () => []);
  const over = new AbortController();
  undo.defer(() => over.abort());
  const back = new AbortController();
  void untilBack({ settings, home, release, logger, signal: AbortSignal.any([signal, over.signal]) }, back);
  return {
    isNew: false,
    link,
    membership,
    leases,
    prove: async () => await Promise.reject(new ClusterUnavailableError('No NATS server of the cluster is connected.')),
    why: async () => inWords(await servers.count()),
    peers,
    identityOf,
    alone: { back: back.signal, isOnly: others.length === 0 },
    openLife: (snapshot) => openClusterLife({ membership, peers, leases, snapshot }),
    openView: (view) => openClusterView({ membership, peers, leases, link }, view),
    announce: async (url) => {
      await membership.announce({ ...record, url: reachableUrl(url, settings) });
      const words =
        'Serving what this host knows of the cluster: its NATS servers do not answer, and nothing can be changed here until they do.';
      logger.warn({ host: id, name, others: membership.alive().length - 1 }, words);
    },
  };
}

/** Fires when most of the servers answer: one that is connected to may be the only one. */
async function untilBack(
  { settings, logger, signal }: Omit<ClusterSurroundings, 'onDisplaced'>,
  back: AbortController,
): Promise<void> {
  const quiet = logger.child({}, { level: 'silent' });
  while (!signal.aborted)
    try {
      const late = AbortSignal.any([signal, AbortSignal.timeout(attemptMsMax)]);
      await using link = await openNatsLink({
        settings,
        name: `${settings.hostName} (alone)`,
        logger: quiet,
        signal: late,
      });
      await openBucket(link, 'heddle-hosts', { replicas: settings.replicas }, late);
      logger.warn('The NATS servers of the cluster answer again.');
      return back.abort();
    } catch {
      await new Promise<void>((resolve) => void systemClock.timer(againMs, resolve));
    }
}

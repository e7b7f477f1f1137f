import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { ClusterSettings } from '../../model/cluster.ts';
import type { Field } from './field.ts';
import { parseText, parseWhole, SettingError } from './parse.ts';

const serversMax = 16;
const replicaCounts = [1, 3, 5] as const;

/** What is said of a cluster; a service that is told of no servers belongs to none. */
interface ClusterWishes {
  readonly servers: readonly string[];
  readonly keyFile: string | undefined;
  readonly caFile: string | undefined;
  readonly hostName: string;
  readonly peerHost: string;
  readonly peerPort: number;
  readonly replicas: ClusterSettings['replicas'];
  readonly cutOff: NonNullable<ClusterSettings['cutOff']>;
}

/** Settings of the cluster that a service belongs to. */
export const clusterFields: { readonly [K in keyof ClusterWishes]: Field<ClusterWishes[K]> } = {
  servers: {
    flag: 'cluster',
    environment: 'HEDDLE_CLUSTER',
    argument: 'URLS',
    description: 'the cluster to join: its NATS servers, nats://HOST:4222 or tls://HOST:4222 with commas between',
    parse: parseServers,
    fallback: () => [],
    fallbackText: 'none, this is the only host; see "heddle cluster"',
  },
  keyFile: {
    flag: 'cluster-key',
    environment: 'HEDDLE_CLUSTER_KEY',
    argument: 'FILE',
    description: 'the seed of the NATS user that hosts are, as "heddle cluster init" makes it',
    parse: (text) => resolve(parseText(text)),
    fallback: () => undefined,
    fallbackText: 'none',
  },
  caFile: {
    flag: 'cluster-ca',
    environment: 'HEDDLE_CLUSTER_CA',
    argument: 'FILE',
    description: 'who signed the certificates of the NATS servers, PEM',
    parse: (text) => resolve(parseText(text)),
    fallback: () => undefined,
    fallbackText: 'who this machine trusts',
  },
  hostName: {
    flag: 'host-name',
    environment: 'HEDDLE_HOST_NAME',
    argument: 'NAME',
    description: 'what this host is called in the cluster, for people',
    parse: parseHostName,
    fallback: () => hostname().slice(0, 64),
    fallbackText: "the machine's name",
  },
  peerHost: {
    flag: 'peer-host',
    environment: 'HEDDLE_PEER_HOST',
    argument: 'ADDRESS',
    description: 'address to listen on for the other hosts of the cluster, as they reach it; always encrypted',
    parse: parsePeerHost,
    fallback: () => '127.0.0.1',
    fallbackText: '127.0.0.1',
  },
  peerPort: {
    flag: 'peer-port',
    environment: 'HEDDLE_PEER_PORT',
    argument: 'NUMBER',
    description: 'port to listen on for the other hosts of the cluster; 0 lets the system choose',
    parse: parseWhole(0, 65_535),
    fallback: () => 4_334,
    fallbackText: '4334',
  },
  replicas: {
    flag: 'cluster-replicas',
    environment: 'HEDDLE_CLUSTER_REPLICAS',
    argument: 'NUMBER',
    description: 'how many NATS servers have what the cluster keeps: 1, 3 or 5; the same at all hosts',
    parse: parseReplicas,
    fallback: () => 3,
    fallbackText: '3',
  },
  cutOff: {
    flag: 'cluster-cut-off',
    environment: 'HEDDLE_CLUSTER_CUT_OFF',
    argument: 'WHAT',
    description:
      'what a host does while it cannot know what was changed at others: serve what it knows, or refuse (a key or right that was taken away elsewhere is good for nothing there then)',
    parse: parseCutOff,
    fallback: () => 'serve',
    fallbackText: 'serve',
  },
};

/**
 * What a service is told of its cluster, of all wishes; undefined where it belongs to none. Throws SettingError, whose words are the whole sentence, where something is missing.
 */
export function clusterIn(wishes: ClusterWishes): ClusterSettings | undefined {
  const { servers, keyFile, caFile, ...rest } = wishes;
  if (servers.length === 0) {
    if (keyFile === undefined && caFile === undefined) return undefined;
    throw new SettingError('--cluster-key and --cluster-ca are for a cluster, and --cluster names none');
  }
  if (keyFile === undefined)
    throw new SettingError('--cluster needs --cluster-key, the file that NATS servers know a host by');
  return { servers, keyFile, ...rest, ...(caFile === undefined ? {} : { caFile }) };
}

function parseServers(text: string): readonly string[] {
  if (text === 'none') return [];
  const servers = text.split(',').map((each) => serverIn(each.trim()));
  if (servers.length > serversMax) throw new SettingError(`must name ${serversMax} servers at most`);
  return [...new Set(servers)];
}

function serverIn(text: string): string {
  const form = 'must be NATS servers such as nats://10.0.0.1:4222,nats://10.0.0.2:4222, or tls://… of all of them';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '')
    throw new SettingError(form);
  if (url.username !== '' || url.password !== '')
    throw new SettingError('must not have a user or password in it: a host shows its key (--cluster-key)');
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '')
    throw new SettingError(form);
  return `${url.protocol}//${url.hostname}:${url.port === '' ? '4222' : url.port}`;
}

function parseHostName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new SettingError('must be 1 to 64 letters, digits, -, _ and .');
}

function parsePeerHost(text: string): string {
  if (text === '0.0.0.0' || text === '::' || text === '[::]')
    throw new SettingError('must be the one address at which the other hosts reach this one');
  return parseText(text);
}

function parseCutOff(text: string): NonNullable<ClusterSettings['cutOff']> {
  if (text !== 'serve' && text !== 'refuse') throw new SettingError('must be serve or refuse');
  return text;
}

function parseReplicas(text: string): ClusterSettings['replicas'] {
  const replicas = replicaCounts.find((each) => String(each) === text);
  if (replicas === undefined) throw new SettingError(`must be one of ${replicaCounts.join(', ')}`);
  return replicas;
}

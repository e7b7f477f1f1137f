import type { Clock } from '../../model/clock.ts';
import type { UsageRecord } from '../../model/accounts/usage.ts';
import type {
  ClusterHostSnapshot,
  ClusterSnapshot,
  HostStatus,
  ShardSnapshot,
  StreamSnapshot,
} from '../../model/cluster-snapshot.ts';
import type { InstanceSnapshot } from '../../model/snapshot.ts';
import type {
  ClusterOverview,
  Gathered,
  Homes,
  HostRecord,
  Leases,
  LogPosition,
  Membership,
  Peers,
  TracesAsked,
  UsageSpan,
} from '../contract.ts';
import type { ShownTrace } from '../../model/invocations/shown-trace.ts';
import { fieldsOf, listOf, textIn } from '../fields.ts';
import { askAll, type Answer } from './ask-all.ts';
import { mergedUsage } from './merge-usage.ts';
import { clusterText } from './metrics.ts';
import { StateLag } from './state-lag.ts';

import { listMax, readLoad, readSpan, readTracesAsked, readUsage } from './read.ts';
import { shownStreams, type StreamList } from './streams.ts';

const methods = {
  load: 'view.load',
  instances: 'view.instances',
  usage: 'view.usage',
  told: 'view.told',
  traces: 'view.traces',
} as const;

/** What this host says of itself. */
export interface OwnView {
  load(): HostStatus;
  instances(account: string): readonly InstanceSnapshot[];
  usage(span: UsageSpan): readonly UsageRecord[];
  traces(query: TracesAsked): readonly ShownTrace[];
}

/** What the view is made with. */
export interface ViewParts {
  readonly membership: Pick<Membership, 'self' | 'alive' | 'all' | 'find'>;
  readonly leases: Pick<Leases, 'holderOf'>;
  readonly homes: Pick<Homes, 'homeOf'>;
  /** Names of the leases of shards, in their order. */
  readonly shards: readonly string[];
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly streams: StreamList;
  readonly own: OwnView;
  /** The stream that has the log of the cluster's state. */
  readonly stateStream: string;
  readonly clock: Pick<Clock, 'now'>;
  /** More of what this host knows, in Prometheus' text format. */
  readonly text: () => string;
}

/** What is to be seen of all hosts: each says it of itself when it is asked. In this room `ask-all.ts` asks, `streams.ts` is what NATS says. Call it before the listener for other hosts opens. */
export function openView(parts: ViewParts): ClusterOverview {
  const { peers, own } = parts;
  const lag = new StateLag();
  peers.serve(methods.load, async () => own.load());
  peers.serve(methods.instances, async (body) => own.instances(textIn(fieldsOf(body), 'account')));
  peers.serve(methods.usage, async (body) => own.usage(readSpan(body)));
  const tellers = new Map<string, Parameters<ClusterOverview['tells']>[1]>();
  peers.serve(methods.told, async (body) => {
    const asked = fieldsOf(body);
    const about = typeof asked['about'] === 'string' ? asked['about'] : '';
    return (await tellers.get(textIn(asked, 'what'))?.(textIn(asked, 'account'), about)) ?? {};
  });
  peers.serve(methods.traces, async (body) => own.traces(readTracesAsked(body)));
  return {
    snapshot: () => snapshotOf(parts),
    instances: (account) => instancesOf(parts, account),
    told: (what, account, { about, ofHome } = {}) => {
      const body = { what, account, ...(about !== undefined && { about }) };
      return ofHome === true ? fromHome(parts, account, body) : gathered(parts, methods.told, body, fieldsOf);
    },
    tells: (what, tell) => void tellers.set(what, tell),
    usage: async (span) => {
      const { found, silent } = await gathered(parts, methods.usage, span, readUsage);
      return { found: mergedUsage([own.usage(span), ...found]), silent };
    },
    metrics: async () => {
      const snapshot = await snapshotOf(parts, false);
      return `${clusterText(snapshot, lagIn(parts, snapshot, lag))}${parts.text()}`;
    },
    traces: (query) => tracesOf(parts, query),
  };
}

/** `ask`: also other hosts. */
async function snapshotOf(parts: ViewParts, ask = true): Promise<ClusterSnapshot> {
  const { membership, own } = parts;
  const self = membership.self;
  const alive = new Set(membership.alive().map(({ id }) => id));
  const asked = ask ? othersOf(parts) : [];
  const [answers, nats] = await Promise.all([
    askAll(parts.peers, asked, methods.load, {}, readLoad),
    shownStreams(parts.streams).then(
      (streams) => ({ streams }),
      (error: unknown) => ({ natsWhy: error instanceof Error ? error.message : String(error) }),
    ),
  ]);
  const said = new Map<string, Answer<HostStatus>>(answers.map((answer) => [answer.host.id, answer]));
  said.set(self.id, { host: self, value: own.load() });
  const all = membership.all().toSorted(byName);
  const end = 'streams' in nats ? endOf(nats.streams, parts.stateStream) : undefined;
  const hosts = all.map((host) => withBehind(shownHost(host, alive.has(host.id), said.get(host.id)), end));
  return { asked: self.id, hosts, shards: shardsOf(parts, hosts), ...nats };
}

/** Those that are heard: others would only be waited for. */
function othersOf({ membership }: ViewParts): readonly HostRecord[] {
  return membership.alive().filter(({ id }) => id !== membership.self.id);
}

function byName(a: HostRecord, b: HostRecord): number {
  return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

function shownHost(host: HostRecord, alive: boolean, said: Answer<HostStatus> | undefined): ClusterHostSnapshot {
  const { id, name, url, release, protocol, startedAt, draining = false } = host;
  const about = { id, name, url, release, protocol, alive, draining, startedAt };
  if (said === undefined) return { ...about, ...(!alive && { why: 'It is not heard.' }) };
  return 'value' in said ? { ...about, load: said.value } : { ...about, why: said.why };
}

/** How long this host has been behind, ms; undefined where NATS did not say where the log ends. */
function lagIn(
  { clock, stateStream }: ViewParts,
  { asked, hosts, streams = [] }: ClusterSnapshot,
  lag: StateLag,
): number | undefined {
  const has = hosts.find(({ id }) => id === asked)?.load?.statePosition;
  const end = endOf(streams, stateStream);
  return has === undefined || end === undefined ? undefined : lag.look(BigInt(has), end, clock.now());
}

/** Where a stream ends; undefined where there is none of that name. */
function endOf(streams: readonly StreamSnapshot[], name: string): LogPosition | undefined {
  const last = streams.find((stream) => stream.name === name)?.last;
  return last === undefined ? undefined : BigInt(last);
}

function withBehind(host: ClusterHostSnapshot, end: LogPosition | undefined): ClusterHostSnapshot {
  const has = host.load?.statePosition;
  if (has === undefined || end === undefined) return host;
  const behind = end - BigInt(has);
  // What NATS says may be older than what the host has.
  return { ...host, stateBehind: behind > 0n ? Number(behind) : 0 };
}

function shardsOf({ leases, shards }: ViewParts, hosts: readonly ClusterHostSnapshot[]): readonly ShardSnapshot[] {
  return shards.map((name, shard) => {
    const holder = leases.holderOf(name);
    if (holder === undefined) return { shard };
    const said = hosts.find(({ id }) => id === holder.host)?.load?.shards.find((one) => one.shard === shard);
    return { ...said, shard, host: holder.host, epoch: String(holder.epoch) };
  });
}

async function instancesOf(parts: ViewParts, account: string): Promise<Gathered<InstanceSnapshot>> {
  const { name } = parts.membership.self;
  const here = parts.own.instances(account).map((one) => ({ ...one, host: name }));
  // They are shown as the host said them: it is one of ours, and who reads them takes what it knows.
  const read = (answer: unknown): readonly InstanceSnapshot[] => listOf(answer, listMax).filter(isInstance);
  const answers = await askAll(parts.peers, othersOf(parts), methods.instances, { account }, read);
  const found = answers.flatMap((answer) =>
    'value' in answer ? answer.value.map((one) => ({ ...one, host: answer.host.name })) : [],
  );
  return { found: [...here, ...found], silent: silentOf(parts, answers) };
}

function isInstance(value: unknown): value is InstanceSnapshot {
  return typeof value === 'object' && value !== null && 'id' in value && 'containers' in value;
}

async function tracesOf(parts: ViewParts, query: TracesAsked): Promise<Gathered<ShownTrace>> {
  const { name } = parts.membership.self;
  const here = parts.own.traces(query).map((one) => ({ ...one, host: one.host ?? name }));
  const read = (answer: unknown): readonly ShownTrace[] => listOf(answer, query.limit).filter(isTrace);
  const answers = await askAll(parts.peers, othersOf(parts), methods.traces, query, read);
  const found = answers.flatMap((answer) =>
    'value' in answer ? answer.value.map((one) => ({ ...one, host: one.host ?? answer.host.name })) : [],
  );
  return { found: [...here, ...found], silent: silentOf(parts, answers) };
}

function isTrace(value: unknown): value is ShownTrace {
  return typeof value === 'object' && value !== null && 'requestId' in value && 'at' in value && 'stages' in value;
}

async function gathered<T>(
  parts: ViewParts,
  method: string,
  body: object,
  read: (answer: unknown) => T,
): Promise<Gathered<T>> {
  const answers = await askAll(parts.peers, othersOf(parts), method, body, read);
  return {
    found: answers.flatMap((answer) => ('value' in answer ? [answer.value] : [])),
    silent: silentOf(parts, answers),
  };
}

/** What an account's home says, where that is another host. Where it has none now, what it has is missing. */
async function fromHome(parts: ViewParts, account: string, body: object): Promise<Gathered<object>> {
  const { membership, homes, peers } = parts;
  const home = homes.homeOf(account);
  if (home.at === 'here') return { found: [], silent: [] };
  const host = home.at === 'host' ? membership.find(home.host) : undefined;
  if (host === undefined) return { found: [], silent: ["the account's home"] };
  if (!membership.alive().some(({ id }) => id === host.id)) return { found: [], silent: [host.name] };
  const answers = await askAll(peers, [host], methods.told, body, fieldsOf);
  const found = answers.flatMap((answer) => ('value' in answer ? [answer.value] : []));
  return { found, silent: found.length === 0 ? [host.name] : [] };
}

/** Names of hosts that did not answer, and of those that are not heard. */
function silentOf({ membership }: ViewParts, answers: readonly Answer<unknown>[]): readonly string[] {
  const alive = new Set(membership.alive().map(({ id }) => id));
  const away = membership.all().filter(({ id }) => id !== membership.self.id && !alive.has(id));
  const failed = answers.flatMap((answer) => ('why' in answer ? [answer.host] : []));
  return [...away, ...failed].map(({ name }) => name);
}

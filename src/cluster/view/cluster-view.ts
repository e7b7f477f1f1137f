import type { UsageRecord } from '../../model/accounts/usage.ts';
import type { ClusterHostSnapshot, ClusterSnapshot, HostLoad, ShardSnapshot } from '../../model/cluster-snapshot.ts';
import type { InstanceSnapshot } from '../../model/snapshot.ts';
import type { ClusterView, Gathered, HostRecord, Leases, Membership, Peers, UsageSpan } from '../contract.ts';
import { fieldsOf, listOf, textIn } from '../fields.ts';
import { askAll, type Answer } from './ask-all.ts';
import { mergedUsage } from './merge-usage.ts';
import { clusterText } from './metrics.ts';
import { listMax, readLoad, readSpan, readUsage } from './read.ts';
import { shownStreams, type StreamList } from './streams.ts';

const methods = { load: 'view.load', instances: 'view.instances', usage: 'view.usage', told: 'view.told' } as const;

/** What this host says of itself. */
export interface OwnView {
  load(): HostLoad;
  instances(account: string): readonly InstanceSnapshot[];
  usage(span: UsageSpan): readonly UsageRecord[];
}

/** What the view is made with. */
export interface ViewParts {
  readonly membership: Pick<Membership, 'self' | 'alive' | 'all'>;
  readonly leases: Pick<Leases, 'holderOf'>;
  /** Names of the leases of shards, in their order. */
  readonly shards: readonly string[];
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly streams: StreamList;
  readonly own: OwnView;
  /** More of what this host knows, in Prometheus' text format. */
  readonly text: () => string;
}

/** What is to be seen of all hosts: each says it of itself when it is asked. In this room `ask-all.ts` asks, `streams.ts` is what NATS says. Call it before the listener for other hosts opens. */
export function openView(parts: ViewParts): ClusterView {
  const { peers, own } = parts;
  peers.serve(methods.load, async () => own.load());
  peers.serve(methods.instances, async (body) => own.instances(textIn(fieldsOf(body), 'account')));
  peers.serve(methods.usage, async (body) => own.usage(readSpan(body)));
  const tellers = new Map<string, (account: string) => Promise<object>>();
  peers.serve(methods.told, async (body) => {
    const asked = fieldsOf(body);
    return (await tellers.get(textIn(asked, 'what'))?.(textIn(asked, 'account'))) ?? {};
  });
  return {
    snapshot: () => snapshotOf(parts),
    instances: (account) => instancesOf(parts, account),
    told: (what, account) => gathered(parts, methods.told, { what, account }, fieldsOf),
    tells: (what, tell) => void tellers.set(what, tell),
    usage: async (span) => {
      const { found, silent } = await gathered(parts, methods.usage, span, readUsage);
      return { found: mergedUsage([own.usage(span), ...found]), silent };
    },
    metrics: async () => `${clusterText(await snapshotOf(parts, false))}${parts.text()}`,
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
  const said = new Map<string, Answer<HostLoad>>(answers.map((answer) => [answer.host.id, answer]));
  said.set(self.id, { host: self, value: own.load() });
  const all = membership.all().toSorted(byName);
  const hosts = all.map((host) => shownHost(host, alive.has(host.id), said.get(host.id)));
  return { asked: self.id, hosts, shards: shardsOf(parts, hosts), ...nats };
}

/** Those that are heard: others would only be waited for. */
function othersOf({ membership }: ViewParts): readonly HostRecord[] {
  return membership.alive().filter(({ id }) => id !== membership.self.id);
}

function byName(a: HostRecord, b: HostRecord): number {
  return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

function shownHost(host: HostRecord, alive: boolean, said: Answer<HostLoad> | undefined): ClusterHostSnapshot {
  const { id, name, url, release, protocol, startedAt, draining = false } = host;
  const about = { id, name, url, release, protocol, alive, draining, startedAt };
  if (said === undefined) return { ...about, ...(!alive && { why: 'It is not heard.' }) };
  return 'value' in said ? { ...about, load: said.value } : { ...about, why: said.why };
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

/** Names of hosts that did not answer, and of those that are not heard. */
function silentOf({ membership }: ViewParts, answers: readonly Answer<unknown>[]): readonly string[] {
  const alive = new Set(membership.alive().map(({ id }) => id));
  const away = membership.all().filter(({ id }) => id !== membership.self.id && !alive.has(id));
  const failed = answers.flatMap((answer) => ('why' in answer ? [answer.host] : []));
  return [...away, ...failed].map(({ name }) => name);
}

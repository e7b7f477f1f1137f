import type { ClusterOverview } from '../../../cluster/contract.ts';
import type { OverHosts, Rows, RowsOfHosts, Topic, Viewer } from '../topic.ts';

/** What hosts tell each other of topics: rows of one, and which there is something of. */
const told = { rows: 'topic-rows', there: 'topics-there' } as const;
/** Rows of one topic that a host tells another, at most. */
const rowsMax = 20_000;

export type Overview = Pick<ClusterOverview, 'told' | 'tells'>;

/** Whether hosts of a cluster were asked for these rows. */
export function isOfHosts(found: Rows | RowsOfHosts): found is RowsOfHosts {
  return 'silentHosts' in found;
}

/** Has this host say to others what it has of topics. Called before it is announced; `open` opens them when somebody asks first. */
export function tellTopics(view: Overview, open: () => Promise<ReadonlyMap<string, Topic>>): void {
  // Other hosts ask for what its viewer may see there; nothing of these is for operators only.
  const viewerOf = (account: string): Viewer => ({ account, operator: false });
  view.tells(told.rows, async (account, about) => {
    const { topic: name, argument } = askedIn(about);
    const topic = (await open()).get(name);
    if (topic?.over === undefined) return {};
    const found = await topic.rows(viewerOf(account), argument);
    const rows = [...(isOfHosts(found) ? found.rows : found)].slice(0, rowsMax);
    // As clients are told it: what is undefined is not there.
    return JSON.parse(JSON.stringify(Object.fromEntries(rows)));
  });
  view.tells(told.there, async (account) => {
    const topics = [...(await open()).values()].filter(({ over }) => over !== undefined);
    const there = await Promise.all(
      topics.map(async ({ isThere }) => isThere === undefined || (await isThere(viewerOf(account)))),
    );
    return { there: topics.flatMap(({ name }, n) => (there[n] === true ? [name] : [])) };
  });
}

/** Names of topics of which the account has something on other hosts. */
export async function thereElsewhere(view: Overview, account: string): Promise<readonly string[]> {
  const { found } = await view.told(told.there, account);
  const names = found.flatMap((one) => ('there' in one && Array.isArray(one.there) ? one.there : []));
  return names.filter((name: unknown): name is string => typeof name === 'string');
}

/** The same topic of a whole cluster: the rows of this host and what the others tell of it. */
export function overHosts(topic: Topic, over: OverHosts, view: Overview): Topic {
  return {
    ...topic,
    // Each look asks other hosts.
    everyMs: Math.max(topic.everyMs ?? 0, 1_000),
    waits: true,
    async rows(viewer, argument) {
      const about = JSON.stringify({ topic: topic.name, argument });
      const [own, { found, silent }] = await Promise.all([
        topic.rows(viewer, argument),
        view.told(told.rows, viewer.account, { about, ...(over.at === 'home' && { ofHome: true }) }),
      ]);
      return { rows: joined([isOfHosts(own) ? own.rows : own, ...found.map(rowsIn)], over), silentHosts: silent };
    },
  };
}

function joined(hosts: readonly Rows[], { join }: OverHosts): Rows {
  const all = new Map<string, object[]>();
  for (const rows of hosts)
    for (const [key, row] of rows) {
      const known = all.get(key);
      if (known === undefined) all.set(key, [row]);
      else known.push(row);
    }
  const one = ([first = {}, ...more]: readonly object[]): object =>
    more.length === 0 || join === undefined ? first : join([first, ...more]);
  return new Map(Array.from(all, ([key, rows]) => [key, one(rows)]));
}

/** Rows as another host sent them: what it has in the place of one is left out. */
function rowsIn(sent: object): Rows {
  return new Map(Object.entries(sent).filter(([, row]) => typeof row === 'object' && row !== null));
}

function askedIn(about: string): { readonly topic: string; readonly argument: string } {
  const { topic, argument }: Record<string, unknown> = Object(JSON.parse(about));
  return { topic: String(topic), argument: typeof argument === 'string' ? argument : '' };
}

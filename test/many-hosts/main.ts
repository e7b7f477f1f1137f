import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalCluster } from '../../src/cluster/local/local-cluster.ts';
import { loopbackNetwork } from '../../src/cluster/local/network.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { followLog } from './follow-log.ts';
import { roundRobin } from './round-robin.ts';

// Several hosts where a test starts `heddle up`: `main.ts HOSTS HOME FLAG…` says the same line when they are ready, with one address whose requests go to them in turn, and ends as it
// does. What the hosts keep is in the folder `cluster` of the home, so that it is there when they are started again; the home has what clients read of one.

const heddle = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const [count = '', home = '', ...flags] = process.argv.slice(2);
const stopping = new AbortController();
const told = once(process, 'SIGTERM').then(() => stopping.abort(new Error('The hosts were asked to end.')));

await using undo = new AsyncDisposableStack();
const folder = join(home, 'cluster');
const cluster = undo.use(
  await startLocalCluster({
    folder,
    network: loopbackNetwork(Number(count)),
    heddle: [process.execPath, '--disable-warning=ExperimentalWarning', heddle],
    cache: testCache(),
    flags,
    port: 0,
    report: () => undefined,
    signal: stopping.signal,
  }),
);
for (const host of cluster.hosts) undo.use(followLog(host.process.logFile, (text) => process.stderr.write(text)));
const { url } = undo.use(await roundRobin(cluster.hosts.map((host) => host.url)));
const [one] = cluster.hosts;
if (one === undefined) throw new Error(`${count} hosts are none.`);
const word: unknown = JSON.parse(await readFile(join(one.home, 'service.json'), 'utf8'));
const { driver } = Object(word);
await copyFile(join(one.home, 'credentials'), join(home, 'credentials'));
await writeFile(join(home, 'service.json'), JSON.stringify({ ...Object(word), url, pid: process.pid }));
const pids = [...cluster.hosts, ...cluster.servers].map((each) => each.process.pid);
const homes = cluster.hosts.map((host) => host.home);
process.stdout.write(`${JSON.stringify({ event: 'ready', url, driver, home, homes, pids })}\n`);
await told;

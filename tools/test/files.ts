import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/source.ts';

/** Test files by how they are to run, each list in the order in which they begin; who runs one takes it from there. */
export interface TestFiles {
  /** Those that compute for most of their time: two at a time. */
  readonly computing: string[];
  /** Those that wait for most of their time: two at a time, beside the others. */
  readonly waiting: string[];
  /** Those that have many processes at once, three servers and three hosts: two at a time, beside at most one other, after the others. */
  readonly clusters: string[];
  /** Those that hold a service to promises of milliseconds: one at a time, and beside nothing else. */
  readonly measured: string[];
  /** Those that run when they are named, or with HEDDLE_TEST_SLOW=1. */
  readonly leftOut: readonly string[];
}

/** Half a minute and more each, for what happens seldom; each has shorter ones beside it that see whether it works at all. */
const long = [
  'src/cluster/log/log-faults',
  'src/instance/drivers-as-user',
  'src/instance/microvm/parked',
  'src/instance/microvm/staying-warm',
  'test/cluster/dashboard',
  'test/cluster/faults/links',
  'test/cluster/faults/machines',
  'test/cluster/faults/servers',
  'test/cluster/seen',
  'test/cluster/threads/election',
  'test/cluster/threads/locks',
  'test/dashboard/busy',
  'test/dashboard/many',
  'test/e2e/installed',
  'test/events/moved-clock',
  'test/many-hosts/policies',
  'test/simulation/cluster',
];

/** What these promise is meant for a machine that does nothing else. */
const measuring = ['test/e2e/configurations', 'test/e2e/microvm-machines', 'test/e2e/start-paths', 'test/e2e/tour'];

/**
 * They wait for silence, for time-outs, for what others do: together for as long as all others compute. Here and below the longest
 * come first, so that none is left alone at the end.
 */
const waiting = [
  'src/instance/drivers-as-user',
  'test/e2e/life',
  'test/threads/browser',
  'test/connections/',
  'test/threads/silence',
  'src/instance/microvm/staying-warm',
  'test/e2e/installed',
  'test/e2e/package',
  'test/threads/resume',
  'test/executions/',
  'test/events/',
  'test/lambda/stock-clients',
  'test/portions/',
  'test/secrets/',
  'test/policies/',
  'test/prediction/',
  'test/hints/',
  'src/frontend/lambda/aws-cli',
];

/** Whoever does not hear of the others for seconds is taken for dead there: beside more than one other they would only see that. The longest come first. */
const crowded = [
  'test/cluster/faults',
  'test/cluster/threads/map',
  'test/cluster/',
  'test/many-hosts/',
  'src/cluster/state/histories',
];
/** What a file imports that starts NATS servers: it waits for them as a host does. */
const startsServers = 'testing/nats.ts';

/** The first makes what others on emulated machines find there. */
const computing = [
  'src/instance/microvm/driver',
  'test/e2e/node-worker-tests',
  'test/e2e/containment',
  'test/e2e/extensions',
  'src/instance/microvm/identity',
  'src/instance/gvisor/driver',
  'test/e2e/moves',
  'src/instance/microvm/moves',
  'test/threads/moves',
  'test/e2e/deployed-packages',
  'test/e2e/provided',
  'src/instance/ordinary-user',
  'test/threads/batch',
  'test/simulation/simulation',
];

function waitsForServers(path: string): boolean {
  return readFileSync(join(root, path), 'utf8').includes(startsServers);
}

/** All test files whose path contains one of `filters`, or simply all; those that take long only where `slow` says so, or a filter. */
export function findTestFiles(filters: readonly string[], slow: boolean): TestFiles {
  const found = globSync('{src,tools,bench,examples,test}/**/*.{test,fuzz}.ts', {
    cwd: root,
    exclude: ['**/node_modules/**', '**/fixtures/**'],
  })
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
  const leftOut =
    slow || filters.length > 0 ? [] : found.filter((path) => long.some((start) => path.startsWith(start)));
  const all = found.filter((path) => !leftOut.includes(path));
  const ofKind = (prefixes: readonly string[]): string[] =>
    prefixes.flatMap((prefix) => all.filter((path) => path.startsWith(prefix)));
  const alone = ofKind(measuring);
  const beside = ofKind(waiting);
  const clusters = [...new Set([...ofKind(crowded), ...ofKind(['src/']).filter(waitsForServers)])];
  const others = all.filter((path) => ![...alone, ...beside, ...clusters].includes(path));
  return {
    computing: [...new Set([...ofKind(computing), ...others])],
    waiting: beside,
    clusters,
    measured: alone,
    leftOut,
  };
}

import { promisedPaths, unprovisionedPaths } from '../src/model/invocations/start-path.ts';
import { baseCommit } from './builds/base.ts';
import { eventTargets } from './events/targets.ts';
import { clusterPlacementTargets } from './placement/targets.ts';
import { forkTargets } from './fork-targets.ts';
import { portionTargets } from './portions/targets.ts';
import { atLeast, atMost, plain, ratio, type Target } from './target.ts';

const drivers = ['host', 'gvisor'] as const;

const egress = (driver: string, what: string): Target['is'] =>
  ratio(plain('egress', driver, what), plain('egress', driver, what, 'bare process'));
const held = (driver: string): Target['is'] =>
  plain('egress', driver, 'each of 1000 connections that are held, in the service');

const crowds: readonly Target[] = drivers.flatMap((driver) =>
  [16, 64, 256].flatMap((connections) => {
    const name = `crowd of ${connections} (${driver})`;
    const of = (what: string) => plain('crowd', driver, `${connections} connections: ${what}`);
    return [
      atLeast(
        `${name}: rate ÷ one container's`,
        0.95,
        ratio(of('last half'), plain('crowd', driver, 'one container alone, 16 connections')),
      ),
      atMost(`${name}: reached after, s`, 3, of('0.95 of one container reached after')),
      ...(connections === 16 ? [atMost(`${name}: p99, ms`, 40, of('p99'))] : []),
      atMost(`${name}: not answered well`, 0, of('not answered well')),
    ];
  }),
);

const warm16 = (what: string, who?: string) => plain('throughput', 'host', `16 connections: ${what}`, who);
const url1 = (driver: string, who?: string) => plain('url', driver, '1 connection: p50', who);
const warm1 = (driver: string, who?: string) => plain('round-trip', driver, '1 connection: p50', who);

const warm: readonly Target[] = [
  ...drivers.map((driver) =>
    atLeast(
      `throughput (${driver}) ÷ one container's`,
      0.95,
      ratio(
        plain('throughput', driver, '16 connections: throughput'),
        plain('throughput', driver, '16 connections: throughput', 'heddle, one container'),
      ),
    ),
  ),
  atLeast('throughput (host) ÷ signed hop', 0.9, ratio(warm16('throughput'), warm16('throughput', 'signed hop'))),
  atLeast('throughput (host) ÷ Piscina', 1, ratio(warm16('throughput'), warm16('throughput', 'Piscina'))),
  atMost(
    'processor time a request (host) ÷ signed hop',
    1.2,
    ratio(warm16('processor time a request'), warm16('processor time a request', 'signed hop')),
  ),
  atLeast(
    'throughput with the dashboard open ÷ without',
    0.95,
    ratio(
      plain('dashboard', 'host', '16 connections: throughput', 'state watched'),
      plain('dashboard', 'host', '16 connections: throughput', 'nobody looks'),
    ),
  ),
  atMost(
    'first paint of the dashboard ÷ an empty page’s',
    1.5,
    ratio(
      plain('dashboard', 'host', 'first paint: p50', 'dashboard'),
      plain('dashboard', 'host', 'first paint: p50', 'empty page'),
    ),
  ),
  atMost('round trip (host) ÷ signed hop', 1.25, ratio(warm1('host'), warm1('host', 'signed hop'))),
  ...drivers.map((driver) =>
    atMost(
      `round trip of a URL (${driver}) ÷ Invoke's with the same event`,
      1.15,
      ratio(url1(driver), url1(driver, 'Invoke, same event')),
    ),
  ),
  atMost("round trip (gvisor) ÷ host's", 2.5, ratio(warm1('gvisor'), warm1('host'))),
];

const streaming: readonly Target[] = drivers.flatMap((driver) => {
  const first = (who: string) => plain('streaming', driver, 'first byte, or the whole answer: p50', who);
  const large = (who?: string) => plain('streaming', driver, '200 MB: throughput', who);
  return [
    atMost(
      `first byte of a stream (${driver}) ÷ the whole of a buffered answer`,
      1.3,
      ratio(first('heddle, streamed'), first('heddle, whole')),
    ),
    atLeast(`200 MB streamed (${driver}) ÷ bare node:http`, 0.5, ratio(large(), large('node:http'))),
  ];
});

const limitMs = { host: 1_300, gvisor: 3_000 } as const;
const work: readonly Target[] = drivers.flatMap((driver) => {
  const waiting = (what: string) => plain('waiting', driver, what);
  const all = '50 ms of computing, 16 connections';
  const tail = (what: string) => plain('tail', driver, `80 % of it: ${what}`);
  const over = (what: string) => plain('overload', driver, what);
  const stress = (what: string) => plain('stress', driver, what);
  return [
    atMost(`64 that wait 500 ms (${driver}), ms`, limitMs[driver], waiting('64 that wait 500 ms: all answered after')),
    atLeast(
      `32 that compute (${driver}) beside 32 that wait ÷ alone`,
      0.8,
      ratio(waiting('the same beside 32 that wait'), waiting('32 that compute 20 ms, alone')),
    ),
    atMost(`32 that wait (${driver}) beside them, p99, ms`, limitMs[driver], waiting('32 that wait beside them: p99')),
    atLeast(
      `computing (${driver}) ÷ best fixed number of containers`,
      0.95,
      ratio(plain('computing', driver, all), plain('computing', driver, all, 'best fixed number')),
    ),
    atMost(`p99 ÷ p50 at 80 % (${driver})`, 8, ratio(tail('p99'), tail('p50'))),
    atLeast(
      `overload (${driver}): goodput ÷ highest rate`,
      0.9,
      ratio(over('4 times offered: goodput'), over('highest rate (5 ms of computing)')),
    ),
    atMost(`overload (${driver}): p99 of what was done, ms`, 250, over('4 times offered: p99 of what was done')),
    atMost(`overload (${driver}): p99 of a refusal, ms`, 20, over('4 times offered: p99 of a refusal')),
    atMost(`overload (${driver}): recovered after, s`, 1, over('recovered after')),
    atMost(`stress (${driver}): instances lost, probes failed`, 0, stress('lost or failed probes in the log')),
    atMost(`stress (${driver}): failed answers`, 0, stress('failed answers, stressed')),
    atMost(
      `stress (${driver}): p50 start ÷ quiet`,
      12,
      ratio(stress('p50 start, stressed'), stress('p50 start, quiet')),
    ),
  ];
});

const start = (what: string, who?: string) => plain('start', 'host', what, who);
const call = (who?: string) => plain('thread', 'host', 'start and join of a trivial function', who);
const rest: readonly Target[] = [
  atMost("README's first example (host), s", 3, plain('example', 'host', 'all results'), true),
  atMost("README's first example (gvisor), s", 6, plain('example', 'gvisor', 'all results'), true),
  atMost('idle (gvisor), % of one processor', 2, plain('idle', 'gvisor', 'all of it, of one processor')),
  atMost('idle (gvisor): first request after rest, more than the next, ms', 3, (find) => {
    const first = find('idle', 'gvisor', 'first request after rest, median');
    const next = find('idle', 'gvisor', 'the four after it, median');
    return first === undefined || next === undefined ? undefined : first - next;
  }),
  atMost('cold-instance (host), ms', 120, plain('cold', 'host', 'cold-instance: p50'), true),
  atMost('cold-instance (gvisor), ms', 250, plain('cold', 'gvisor', 'cold-instance: p50'), true),
  atMost('cold-instance (microvm, emulated), ms', 150, plain('cold', 'microvm', 'cold-instance: p50'), true),
  ...forkTargets,
  atLeast('tiny tasks through map (gvisor), per s', 5_000, plain('map', 'gvisor', '10000 tiny tasks through map')),
  atMost('start and join (host) ÷ bare hop', 1.5, ratio(call(), call('bare hop'))),
  atMost('connect and first byte (host) ÷ bare process', 3, egress('host', 'connect and first byte, p50')),
  atMost('connect and first byte (gvisor) ÷ bare process', 6, egress('gvisor', 'connect and first byte, p50')),
  atLeast('one stream out of a function (host), MB/s', 200, plain('egress', 'host', 'one stream')),
  atLeast('one stream out of a function (gvisor), MB/s', 100, plain('egress', 'gvisor', 'one stream')),
  ...drivers.map((driver) => atMost(`a connection that is held (${driver}), KiB`, 40, held(driver))),
  atMost('an idle container (host), MiB', 6, plain('memory', 'host', 'each container')),
  atMost('an idle container (gvisor), MiB', 6, plain('memory', 'gvisor', 'each container')),
  atMost('an instance (gvisor), MiB', 20, plain('memory', 'gvisor', 'an instance beside its containers')),
  ...(['host', 'gvisor'] as const).flatMap((driver) => [
    atMost(
      `an idle service that has run one function (${driver}), MiB`,
      driver === 'host' ? 120 : 300,
      plain('memory', driver, 'a whole service that has run one function'),
    ),
    atMost(
      `an idle service that waits for 12 functions (${driver}), MiB`,
      driver === 'host' ? 150 : 350,
      plain('memory', driver, 'a whole service that waits for 12 functions'),
    ),
  ]),
  atMost(
    'start of the service (host) ÷ bare Node',
    2,
    ratio(start('from nothing to ready'), start('from nothing to ready', 'bare Node')),
  ),
];

const configurations: readonly Target[] = drivers.flatMap((driver) => {
  const p50 = { host: 12, gvisor: 40 }[driver];
  const of = (quantile: string) => plain('matrix', driver, `all configurations: ${quantile}`);
  return [
    atMost(`first invocation of any configuration (${driver}), p50, ms`, p50, of('p50'), true),
    atMost(`first invocation of any configuration (${driver}), p99, ms`, 100, of('p99'), true),
  ];
});

const manyFiles: readonly Target[] = drivers.flatMap((driver) => {
  const of = (what: string) => plain('many-files', driver, `${what}: p50`);
  return [
    atMost(`3,000 files in an instance that has them (${driver}), ms`, 100, of('3000 files in one that has it'), true),
    atMost(
      `3,000 files in one that has not (${driver}), more than a bundle, ms`,
      150,
      (find) => {
        const files = of('3000 files in an instance that has it not')(find);
        const bundle = of('a bundle in an instance that has it not')(find);
        return files === undefined || bundle === undefined ? undefined : files - bundle;
      },
      true,
    ),
  ];
});

const firstOf1024 = (who?: string) => plain('matrix', 'gvisor', 'nodejs24.x, 1024 MB: p50', who);
const asBefore: readonly Target[] = drivers.flatMap((driver) => [
  ...promisedPaths
    .filter((one) => unprovisionedPaths.includes(one))
    .map((path) => {
      const of = (who?: string) => plain('starts', driver, `${path}: p50`, who);
      return atMost(`${path} (${driver}) ÷ ${baseCommit}'s`, 1.05, ratio(of(), of(baseCommit)));
    }),
]);
const better = atMost(
  `first invocation, 1,024 MB (gvisor) ÷ ${baseCommit}'s`,
  1 / 30,
  ratio(firstOf1024(), firstOf1024(baseCommit)),
);

/** What is to be reached. */
export const targets: readonly Target[] = [
  ...crowds,
  ...warm,
  ...streaming,
  ...work,
  ...rest,
  ...configurations,
  ...manyFiles,
  ...asBefore,
  ...eventTargets,
  ...portionTargets,
  ...clusterPlacementTargets,
  better,
];

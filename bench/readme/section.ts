import { number } from '../print.ts';
import type { BenchResult, Line } from '../result.ts';

/** One column: what was measured with which driver. */
interface Column {
  readonly head: string;
  readonly driver: string;
  readonly who: string;
}

/** One line of a table: of which row, which line, under which label. */
interface Entry {
  readonly row: string;
  readonly what: string;
  readonly label: string;
}

const own = (driver: string): Column => ({ head: `\`${driver}\``, driver, who: 'heddle' });
const peer = (who: string): Column => ({ head: who, driver: 'host', who });
const both = [own('host'), own('gvisor')];

const startPaths = ['reused-container', 'new-container', 'warm-instance', 'cold-instance'];
const crowds = [16, 64, 256].flatMap((connections): Entry[] => [
  { row: 'crowd', what: `${connections} connections: last half`, label: `${connections} connections, a second` },
  {
    row: 'crowd',
    what: `${connections} connections: p99 of the last half`,
    label: `${connections} connections, p99, ms`,
  },
]);

const tables: readonly {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly entries: readonly Entry[];
}[] = [
  {
    title: 'Request to the first line of user code, ms, median',
    columns: [...both, own('microvm')],
    entries: startPaths.map((path) => ({
      row: path === 'cold-instance' ? 'cold' : 'starts',
      what: `${path}: p50`,
      label: path,
    })),
  },
  {
    title: 'A crowd that comes to a function which nobody has called yet, default settings',
    columns: both,
    entries: [
      { row: 'crowd', what: 'one container alone, 16 connections', label: 'one container alone, a second' },
      ...crowds,
      {
        row: 'waiting',
        what: '64 that wait 500 ms: all answered after',
        label: '64 callers of a function that waits 500 ms, all answered, ms',
      },
    ],
  },
  {
    title:
      'Warm, through HTTP; the signed hop is fastify, the check of the signature and a process behind a socket, without isolation',
    columns: [...both, peer('signed hop'), peer('bare hop'), peer('Piscina'), peer('node:http')],
    entries: [
      { row: 'throughput', what: '16 connections: throughput', label: '16 connections, a second' },
      { row: 'throughput', what: '16 connections: processor time a request', label: 'processor time a request, µs' },
      { row: 'round-trip', what: '1 connection: p50', label: '1 connection, median, µs' },
    ],
  },
  {
    title: 'Threads',
    columns: [...both, peer('bare hop'), peer('Piscina'), peer('new Worker')],
    entries: [
      {
        row: 'thread',
        what: 'start and join of a trivial function',
        label: 'start and join of a trivial function, ms',
      },
      { row: 'map', what: '10000 tiny tasks through map', label: '10,000 tiny tasks through `map`, a second' },
      { row: 'threads', what: '32 threads at once, until all answer', label: '32 at once until all answer, ms' },
      {
        row: 'threads',
        what: 'messages through a port, there and back',
        label: 'messages through a port, there and back, a second',
      },
    ],
  },
  {
    title: 'At rest',
    columns: both,
    entries: [
      { row: 'start', what: 'from nothing to ready', label: '`heddle up` to ready, ms' },
      {
        row: 'memory',
        what: 'a whole service that has run one function',
        label: 'memory of a service that has run one function, MiB',
      },
      { row: 'memory', what: 'each container', label: 'memory of an idle container, MiB' },
    ],
  },
];

/** The speed section of README.md: tables of what the result holds; what it does not is left out. */
export function speedSection(result: BenchResult): string {
  const node = number(result.nodeStartMs);
  const intro = `\`npm run bench\` on a machine with ${result.cores} processors, where bare Node ${result.node} takes ${node} ms from start to end.`;
  return [intro, ...tables.flatMap((table) => render(table, result))].join('\n\n');
}

function render({ title, columns, entries }: (typeof tables)[number], result: BenchResult): string[] {
  const lineOf = (entry: Entry, driver: string): Line | undefined =>
    result.rows
      .find((one) => one.row === entry.row && one.driver === driver)
      ?.lines.find(({ what }) => what === entry.what);
  const value = (entry: Entry, { driver, who }: Column): number | undefined => lineOf(entry, driver)?.values[who];
  const used = columns.filter((column) => entries.some((entry) => value(entry, column) !== undefined));
  const rows = entries.filter((entry) => used.some((column) => value(entry, column) !== undefined));
  if (rows.length === 0) return [];
  const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const body = rows.map((entry) =>
    cells([
      entry.label,
      ...used.map((column) => (value(entry, column) === undefined ? '–' : number(value(entry, column) ?? NaN))),
    ]),
  );
  return [
    `${title}:`,
    [cells(['', ...used.map(({ head }) => head)]), `|${'---|'.repeat(used.length + 1)}`, ...body].join('\n'),
  ];
}

import { parseArgs } from 'node:util';
import { baseCommit } from './builds/base.ts';
import type { Row } from './row.ts';

/** What a run of the benchmark is asked for. */
export interface Wanted {
  /** Undefined: those that each row is usually measured with. */
  readonly drivers: readonly string[] | undefined;
  /** Names of rows. */
  readonly only: readonly string[];
  readonly full: boolean;
  /** How often each row runs; the median of each number counts. */
  readonly rounds: number;
  /** A commit to compare with, or undefined. */
  readonly against: string | undefined;
  readonly json: string | undefined;
  readonly profile: boolean;
  readonly readme: string | undefined;
  readonly help: boolean;
}

const list = (texts: readonly string[]): readonly string[] => texts.flatMap((text) => text.split(','));

/** Reads the command line. Throws on what is not known. `rows`: all there are. */
export function readArguments(args: readonly string[], rows: readonly Pick<Row, 'name' | 'onRequest'>[]): Wanted {
  const rowNames = rows.map(({ name }) => name);
  const { values } = parseArgs({
    args: [...args],
    options: {
      driver: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true, default: [] },
      full: { type: 'boolean', default: false },
      against: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      json: { type: 'string' },
      profile: { type: 'boolean', default: false },
      readme: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const only = list(values.only);
  const unknown = only.filter((name) => !rowNames.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}. Rows for --only: ${rowNames.join(', ')}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be a whole number from 1; it is ${values.rounds}.`);
  // All rows with the base beside them take more than the five minutes of a default run.
  const against = values.against ?? (only.length > 0 || values.full ? baseCommit : 'none');
  return {
    drivers: values.driver && list(values.driver),
    only:
      only.length > 0
        ? only
        : rows.filter(({ onRequest }) => values.full || onRequest !== true).map(({ name }) => name),
    full: values.full,
    rounds,
    against: against === 'none' ? undefined : against,
    json: values.json,
    profile: values.profile,
    readme: values.readme,
    help: values.help,
  };
}

/** The text of `--help`. `rows`: name and what it is about. */
export function helpText(rows: readonly { readonly name: string; readonly about: string }[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return `Usage: heddle bench [options]

Measures this build on this machine, beside its peers, and prints each line as it is known.

  --only ROW,…      only these rows
  --driver NAME,…   host,gvisor unless others are named (some rows have others; all of these with --full)
  --against COMMIT  measure that commit's build, too, in turns (kept in .scratch/); "none" for none. ${baseCommit} with --only
                    and with --full, none otherwise
  --full            more samples, longer loads
  --rounds N        each row N times, A B A B; the median of each number counts
  --profile         also a flame graph of the service under load (row throughput)
  --json FILE       write the result there
  --readme FILE     measure nothing: put the result in FILE into README.md's tables

Rows:
${lines.join('\n')}
`;
}

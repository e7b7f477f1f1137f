import { parseArgs } from 'node:util';
import { baseCommit } from './builds/base.ts';

/** What a run of the benchmark is asked for. */
export interface Wanted {
  readonly drivers: readonly string[];
  /** Names of rows. */
  readonly only: readonly string[];
  readonly full: boolean;
  /** A commit to compare with, or undefined. */
  readonly against: string | undefined;
  readonly json: string | undefined;
  readonly profile: boolean;
  readonly readme: string | undefined;
  readonly help: boolean;
}

const list = (texts: readonly string[]): readonly string[] => texts.flatMap((text) => text.split(','));

/** Reads the command line. Throws on what is not known. `rowNames`: all there are. */
export function readArguments(args: readonly string[], rowNames: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      driver: { type: 'string', multiple: true, default: ['host', 'gvisor'] },
      only: { type: 'string', multiple: true, default: [] },
      full: { type: 'boolean', default: false },
      against: { type: 'string' },
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
  // All rows with the base beside them take more than the five minutes of a default run.
  const against = values.against ?? (only.length > 0 || values.full ? baseCommit : 'none');
  return {
    drivers: list(values.driver),
    only: only.length > 0 ? only : rowNames,
    full: values.full,
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
  --driver NAME,…   host,gvisor unless others are named
  --against COMMIT  measure that commit's build, too, in turns (kept in .scratch/); "none" for none. ${baseCommit} with --only
                    and with --full, none otherwise
  --full            more samples, longer loads
  --profile         also a flame graph of the service under load (row throughput)
  --json FILE       write the result there
  --readme FILE     measure nothing: put the result in FILE into README.md's tables

Rows:
${lines.join('\n')}
`;
}

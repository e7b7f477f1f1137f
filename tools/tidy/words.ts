import { type Finding, isCode, isTest, lineAt, type Source } from './source.ts';

/** A pattern that is not wanted, where, and why. */
interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
  readonly applies: (path: string) => boolean;
}

/** This file names what it bans. */
const isChecked = (path: string): boolean => isCode(path) && !path.startsWith('tools/tidy');
const isShipped = (path: string): boolean => isCode(path) && path.startsWith('src/') && !isTest(path);
const anywhere = (path: string): boolean =>
  path !== 'package-lock.json' && path !== 'LICENSE' && !path.startsWith('tools/tidy');

const bans: readonly Ban[] = [
  {
    pattern: /\bconsole\.(log|error|warn|info|debug)\b/g,
    why: 'writes past the logger; the command line interface writes to process.stdout itself',
    // Conformance suites bring functions that print; the runtime takes the console over, the tour's last words show a program of the user's, and a page
    // has nothing else to print to.
    applies: (path) =>
      isShipped(path) &&
      !path.startsWith('src/runtime/') &&
      !path.includes('/conformance/') &&
      path !== 'src/cli/tour/report.ts' &&
      path !== 'src/sdk/browser/print.ts',
  },
  { pattern: /[:<,|(]\s*any\b(?!\w|\s*[a-z'])/g, why: '`any` switches the types off; use unknown', applies: isChecked },
  {
    pattern: /\bas (any|never|unknown as)\b(?!\s*[a-z'])/g,
    why: 'silences an error; validate instead',
    applies: isChecked,
  },
  { pattern: /@ts-(ignore|expect-error|nocheck)/g, why: 'silences an error; mend it', applies: isShipped },
  {
    pattern: /^export default\b/gm,
    why: 'default exports lose their name on the way',
    // It stands in for `node:worker_threads`, which has one.
    applies: (path) => isCode(path) && path !== 'src/sdk/worker-threads/index.ts',
  },
  { pattern: /^export \* from '(?!node:)/gm, why: 'no barrel files', applies: isCode },
  {
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/g,
    why: 'what is to be done later is an issue, not a comment',
    applies: anywhere,
  },
  {
    pattern: /(?<![\w.}])\/(work\/|root\/\.|home\/[a-z])/g,
    why: 'names a path of one machine',
    applies: (path) => anywhere(path) && !isTest(path),
  },
  {
    pattern: /^(?:import|export|\}).*from '\.[^']*(?<!\.tsx?|\.json)';$/gm,
    why: 'relative imports end in .ts or .tsx',
    applies: isCode,
  },
];

/** No banned words. */
export function findBannedWords(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    bans
      .filter((ban) => ban.applies(source.path))
      .flatMap((ban) =>
        [...source.text.matchAll(ban.pattern)].map((match) => ({
          path: source.path,
          line: lineAt(source.text, match.index),
          message: `"${match[0].trim()}": ${ban.why}`,
        })),
      ),
  );
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisDistribution } from './debian.ts';

/** Where a package may come from. */
export interface PackageSource {
  /** For people. */
  readonly name: string;
  /** In the format of deb822 (sources.list(5)); `undefined` is the machine's own sources with the lists it has. */
  readonly entries?: string;
}

/** One place of an archive, as sources.list(5) has them. */
export interface AptEntry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of a key ring, where the source names one. */
  readonly signedBy?: string;
}

/**
 * Where to look for a package, cheapest first: what apt already knows; the backports of this machine's release, on the
 * mirror that its main archive comes from; that main archive with lists of our own.
 */
export async function packageSources(): Promise<PackageSource[]> {
  const { release } = await thisDistribution();
  const main = (await aptEntries('/etc/apt')).filter(({ suite }) => suite === release);
  const backports = main.map((entry) => ({ ...entry, suite: `${release}-backports` }));
  return [
    { name: "this machine's package sources" },
    { name: `${release}-backports`, entries: deb822(backports) },
    { name: release, entries: deb822(main) },
  ];
}

/**
 * The main archive of another release of Debian, on the mirrors that this machine's own comes from, in the format of deb822. Throws where this
 * machine's is not Debian's.
 */
export async function suiteSources(suite: string): Promise<string> {
  const { id, release } = await thisDistribution();
  if (id !== 'debian') throw new Error('this machine has no sources of Debian');
  const main = (await aptEntries('/etc/apt')).filter((entry) => entry.suite === release);
  if (main.length === 0) throw new Error(`no package source for ${release} is set up here`);
  return deb822(main.map((entry) => ({ ...entry, suite, components: ['main'] })));
}

/** The entries for binary packages below a folder such as `/etc/apt`, in either format of sources.list(5). */
export async function aptEntries(folder: string): Promise<AptEntry[]> {
  const parts = await readdir(join(folder, 'sources.list.d')).catch(() => []);
  const paths = ['sources.list', ...parts.map((name) => `sources.list.d/${name}`)];
  const entries = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(folder, path), 'utf8').catch(() => '');
      return path.endsWith('.sources') ? parseDeb822(text) : path.endsWith('.list') ? parseLines(text) : [];
    }),
  );
  return entries.flat();
}

/** `deb [signed-by=…] URI suite component …`, one a line. */
export function parseLines(text: string): AptEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [{ uri, suite, components: words(components), ...(signedBy === undefined ? {} : { signedBy }) }];
  });
}

/** Paragraphs of `Field: value` lines, parted by empty ones. */
export function parseDeb822(text: string): AptEntry[] {
  const withoutComments = text.split('\n').filter((line) => !line.startsWith('#'));
  return withoutComments
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((paragraph) => {
      const fields = new Map(
        [...paragraph.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)].map(([, name = '', value = '']) => [
          name.toLowerCase(),
          value.trim(),
        ]),
      );
      if (!words(fields.get('types')).includes('deb') || /^no$/i.test(fields.get('enabled') ?? '')) return [];
      // A key may also be written out in place, on many lines; then it is not a path.
      const signedBy = fields.get('signed-by');
      const key = signedBy === undefined ? {} : { signedBy };
      return words(fields.get('uris')).flatMap((uri) =>
        words(fields.get('suites')).map((suite) => ({
          uri,
          suite,
          components: words(fields.get('components')),
          ...key,
        })),
      );
    });
}

function deb822(entries: readonly AptEntry[]): string {
  return entries
    .map(({ uri, suite, components, signedBy }) =>
      [
        'Types: deb',
        `URIs: ${uri}`,
        `Suites: ${suite}`,
        `Components: ${components.join(' ')}`,
        ...(signedBy === undefined ? [] : [`Signed-By: ${signedBy}`]),
      ].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

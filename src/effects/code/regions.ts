import type { Program } from 'acorn';
import { packageOfPath } from './code-files.ts';

/** What a statement of a bundle came from: a file of a package. Those of the function's own are in none. */
export type PackageAt = (offset: number) => string | undefined;

/** A part of a bundle, and the package that it came of. */
interface Region {
  readonly start: number;
  readonly owner: string | undefined;
}

/**
 * Tells parts of a bundle apart by the comments that esbuild writes above each module, `// node_modules/pg/lib/index.js`. What is
 * made of Heddle's own client is `heddle`, wherever that lay.
 */
function regionsOf(text: string): readonly Region[] {
  const heads = [...text.matchAll(/^ *\/\/ (\S+\.[cm]?[jt]sx?|\S+\.json|<\S+>)$/gm)].map((match) => ({
    start: match.index,
    path: match[1] ?? '',
  }));
  const own = heads.map(({ path }) => /^(.*\/|)(?:src|dist)\/sdk\/(?:function|inside)\.[jt]s$/.exec(path)?.[1]);
  const root = own.find((each) => each !== undefined);
  return heads.map(({ start, path }) => ({
    start,
    owner: root !== undefined && isOfHeddle(path, root) ? 'heddle' : packageOfPath(path),
  }));
}

/** A bundle of which only that is left that is to be read: the rest is blank, so that all else stands where it stood. */
export interface Bundle {
  readonly text: string;
  readonly packageAt: PackageAt;
  /** Names that the blank parts declare at the top, and whose they are. */
  readonly names: ReadonlyMap<string, string>;
}

const declaration = /^(?:var|let|const|class|function\*?|async function\*?) (\w+)/gm;
/** `var one, other;` in front of what fills them. */
const several = /^(?:var|let) (\w+(?:, \w+)+);$/gm;

function declaredIn(part: string): readonly string[] {
  const lists = [...part.matchAll(several)].flatMap(([, list = '']) => list.split(', '));
  return [...[...part.matchAll(declaration)].map(([, name = '']) => name), ...lists];
}

interface Part {
  readonly text: string;
  readonly owner: string | undefined;
}

/** Packages that code of the bundle's own names something of, and those that their code does. */
function reachedFrom(
  parts: readonly Part[],
  owners: ReadonlyMap<string, string>,
  knows: (name: string) => boolean,
): ReadonlySet<string> {
  const reached = new Set<string>();
  let waiting = parts.filter(({ owner }) => owner === undefined);
  while (waiting.length > 0) {
    const fresh = new Set<string>();
    for (const { text } of waiting)
      for (const [name] of text.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)) {
        const owner = owners.get(name);
        if (owner !== undefined && !reached.has(owner)) fresh.add(owner);
      }
    for (const owner of fresh) reached.add(owner);
    waiting = parts.filter(({ owner }) => owner !== undefined && fresh.has(owner) && !knows(owner));
  }
  return reached;
}

/** Takes a file apart into packages whose effects are known, such as nothing that is to be read needs, and the rest. */
export function readBundle(text: string, knows: (name: string) => boolean): Bundle {
  const regions = regionsOf(text);
  const names = new Map<string, string>();
  if (regions.length === 0) return { text, packageAt: () => undefined, names };
  const parts: Part[] = regions.map(({ start, owner }, index) => ({
    owner,
    text: text.slice(start, regions[index + 1]?.start),
  }));
  const owners = new Map(
    parts.flatMap((part) =>
      part.owner === undefined ? [] : declaredIn(part.text).map((name) => [name, part.owner ?? ''] as const),
    ),
  );
  for (const [name, owner] of owners) if (knows(owner)) names.set(name, owner);
  const reached = reachedFrom(parts, owners, knows);
  const kept = parts.map((part, index) => {
    const isRead = part.owner === undefined || (reached.has(part.owner) && !knows(part.owner));
    // Exports of the bundle's own stand behind its last module, whosever that is.
    return isRead || index === parts.length - 1 ? part.text : ' '.repeat(part.text.length);
  });
  return { text: text.slice(0, regions[0]?.start) + kept.join(''), packageAt: locator(regions), names };
}

function locator(regions: readonly Region[]): PackageAt {
  return (offset) => {
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((regions[middle]?.start ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : regions[low - 1]?.owner;
  };
}

function isOfHeddle(path: string, root: string): boolean {
  return (
    path.startsWith(`${root}src/sdk/`) ||
    (/^(?:src|dist)\/(?:sdk|protocol|model|api)\//.test(path.slice(root.length)) && path.startsWith(root))
  );
}

/** Names that statements of packages declare at the top of a bundle, and whose they are. */
export function declaredByPackages({ body }: Program, packageAt: PackageAt): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const statement of body) {
    const owner = packageAt(statement.start);
    if (owner === undefined) continue;
    if (statement.type === 'VariableDeclaration') {
      for (const { id } of statement.declarations) if (id.type === 'Identifier') names.set(id.name, owner);
    } else if (
      (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') &&
      statement.id !== null
    )
      names.set(statement.id.name, owner);
  }
  return names;
}

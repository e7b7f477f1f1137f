import type { Listed, ListedObject } from '../contract.ts';

/** Where a list goes on: at this key or behind it. */
export interface ListFrom {
  readonly key: string;
  readonly inclusive: boolean;
}

/** What a list is asked for. */
export interface ListWish {
  readonly prefix: string;
  readonly delimiter: string;
  readonly from: ListFrom;
  readonly max: number;
}

/** Some of a list; `next` where there is more. */
export interface ListPage {
  readonly listed: readonly Listed[];
  readonly next?: ListFrom;
}

/**
 * A page of a list, of keys that `seek` gives in the order of their bytes. Behind keys that have a beginning in common it goes on in one step, however
 * many they are. What has the prefix lies together, so that reading ends where it does.
 */
export function listPage(
  { prefix, delimiter, from, max }: ListWish,
  seek: (from: ListFrom) => Iterable<ListedObject>,
): ListPage {
  const listed: Listed[] = [];
  let at: ListFrom | undefined = compareKeys(from.key, prefix) < 0 ? { key: prefix, inclusive: true } : from;
  if (max === 0) return { listed };
  while (at !== undefined) {
    const begun: ListFrom = at;
    at = undefined;
    for (const object of seek(begun)) {
      if (!object.key.startsWith(prefix)) return { listed };
      if (listed.length === max) return { listed, next: nextOf(listed.at(-1), begun) };
      const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (end === -1) {
        listed.push({ kind: 'object', object });
        continue;
      }
      const common = object.key.slice(0, end + delimiter.length);
      listed.push({ kind: 'prefix', prefix: common });
      at = behind(common);
      break;
    }
  }
  return { listed };
}

/** Behind all that begins with this; undefined where nothing can be. */
export function behind(prefix: string): ListFrom | undefined {
  const points = [...prefix];
  while (points.length > 0) {
    const point = points.pop()?.codePointAt(0) ?? 0;
    // Surrogates are no characters; what is behind the last of all has the one before it raised.
    if (point < 0x10ffff)
      return { key: points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1), inclusive: true };
  }
  return undefined;
}

function nextOf(last: Listed | undefined, begun: ListFrom): ListFrom {
  if (last === undefined) return begun;
  if (last.kind === 'object') return { key: last.object.key, inclusive: false };
  return behind(last.prefix) ?? begun;
}

/** As SQLite compares them: by bytes, which are in the order of code points. */
function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

import { decode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';
import { dirname, join } from 'node:path/posix';
import type { Place } from '../model/effect.ts';

/** A file's lines, and where they came from. */
export class Places {
  readonly #path: string;
  readonly #lineStarts: readonly number[];
  readonly #sources: readonly string[];
  readonly #mappings: SourceMapMappings;

  /** `map`: the text of its source map, where it has one. One that cannot be read counts as none. */
  constructor(path: string, text: string, map: string | undefined) {
    this.#path = path;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
    const read = map === undefined ? undefined : readMap(map);
    this.#sources = read?.sources ?? [];
    this.#mappings = read?.mappings ?? [];
  }

  /** The place of a character, as its author knows it. */
  at(offset: number): Place {
    const line = this.#lineOf(offset);
    const column = offset - (this.#lineStarts[line] ?? 0);
    const segments = this.#mappings[line] ?? [];
    const segment = segments.findLast(([start]) => start <= column) ?? segments[0];
    const source = segment?.[1] === undefined ? undefined : this.#sources[segment[1]];
    if (source === undefined || segment?.[2] === undefined) return { file: this.#path, line: line + 1 };
    return {
      file: source.startsWith('file:') ? source : tidy(join(dirname(this.#path), source)),
      line: segment[2] + 1,
    };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** What lies outside of the function's folder, shorter. */
function tidy(path: string): string {
  return path.replace(/^.*\/(?=node_modules\/)/, '');
}

const mapBytesMax = 33_554_432;

function readMap(
  text: string,
): { readonly sources: readonly string[]; readonly mappings: SourceMapMappings } | undefined {
  if (text.length > mapBytesMax) return undefined;
  try {
    const { sources, mappings }: { sources?: unknown; mappings?: unknown } = JSON.parse(text);
    if (!Array.isArray(sources) || typeof mappings !== 'string') return undefined;
    return { sources: sources.map(String), mappings: decode(mappings) };
  } catch {
    return undefined;
  }
}

/** The text of a file's source map: beside it, or in it. */
export function sourceMapOf(
  path: string,
  text: string,
  read: (path: string) => string | undefined,
): string | undefined {
  const [, url] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(text.slice(-Math.min(text.length, mapBytesMax))) ?? [];
  if (url === undefined) return undefined;
  const [, base64] = /^data:application\/json[^,]*;base64,(.*)$/.exec(url) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('utf8');
  return read(join(dirname(path), url));
}

import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * A bundle's source map as it is sent: its sources are named as seen from `folder`, not as they lie on this machine, and of lines of packages only
 * the place of each line's beginning is kept. Node reads a map whole when the first error is told, and most of one is about packages' columns.
 */
export function sentMap(map: Uint8Array, folder: string): Buffer {
  const parsed: { sources: string[]; mappings: string } = JSON.parse(Buffer.from(map).toString());
  parsed.sources = parsed.sources.map((source) => relative(folder, fileURLToPath(source)).replaceAll(sep, '/'));
  const ofPackage = parsed.sources.map((source) => /(^|\/)node_modules\//.test(source));
  const lines = decode(parsed.mappings).map((line) =>
    line.filter(([, source], index) => index === 0 || source === undefined || !ofPackage[source]),
  );
  parsed.mappings = encode(lines);
  return Buffer.from(JSON.stringify(parsed));
}

import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lateRoot } from './shared.ts';

/** Absolute paths by asking file and `import NAME` or `require NAME`, as esbuild found them on the caller's machine. */
type Found = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Lets modules be found by the names that they have on the caller's machine: first as Node does it; then absolute paths
 * below the folders where files are here, and packages where they were found there.
 */
export function findModules(root: string): void {
  const places = [`${root}/files`, lateRoot];
  let found: Found | undefined;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'heddle/worker_threads') return next('node:worker_threads', context);
      try {
        return next(specifier, context);
      } catch (error) {
        found ??= readFound(root);
        const kind = context.conditions.includes('require') ? 'require' : 'import';
        const path = absoluteOf(specifier) ?? askedFor(found, places, `${kind} ${specifier}`, context.parentURL);
        if (path === undefined) throw error;
        for (const place of places) {
          const here = place + path;
          try {
            return next(kind === 'require' ? here : pathToFileURL(here).href, context);
          } catch {
            // The next place may have it.
          }
        }
        throw error;
      }
    },
  });
}

function absoluteOf(specifier: string): string | undefined {
  if (specifier.startsWith('/')) return specifier;
  return specifier.startsWith('file:///') ? fileURLToPath(specifier) : undefined;
}

function askedFor(found: Found, places: readonly string[], asked: string, parent = ''): string | undefined {
  const path = parent.startsWith('file:') ? fileURLToPath(parent) : parent;
  const place = places.find((folder) => path.startsWith(`${folder}/`));
  const original = place === undefined ? path : path.slice(place.length);
  return found[original]?.[asked] ?? found['evaluated']?.[asked];
}

function readFound(root: string): Found {
  const path = `${root}/found.json`;
  const content: Found = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return content;
}

import { useSyncExternalStore } from 'react';

/** Where the page is: `/functions/hello?tab=logs` behind the `#`, which never leaves the browser. */
export interface Place {
  /** `functions` of that. */
  readonly page: string;
  /** What follows, decoded: `['hello']`. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

/** The address of a place, for links. */
export function hrefOf(
  page: string,
  rest: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** Goes there, as a link would. */
export function goTo(href: string): void {
  location.hash = href;
}

/** Changes what stands behind the place's `?`, without a step in the browser's history. Empty values are left out. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const { page, rest, query } = placeOf(location.hash);
  for (const [name, value] of Object.entries(changes))
    if (value === '') query.delete(name);
    else query.set(name, value);
  history.replaceState(undefined, '', hrefOf(page, rest, Object.fromEntries(query)));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** The place of an address's hash. */
export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', ...rest] = path.split('/').map(decoded);
  return { page, rest, query: new URLSearchParams(search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The place that the page is at, also after it has changed. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(
    (changed) => {
      addEventListener('hashchange', changed);
      return () => removeEventListener('hashchange', changed);
    },
    () => location.hash,
  );
  return placeOf(hash);
}

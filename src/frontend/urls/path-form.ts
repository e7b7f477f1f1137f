import { urlPathPrefix } from './target.ts';

type Line = readonly [name: string, value: string];

/**
 * The header lines of an answer whose URL was named by its path. There all URLs are of one origin, that of the service itself, and what
 * they answer comes from code that nobody vouches for: browsers are to show it as a page of no origin, which reads nothing of the others, and
 * cookies stay below the URL that has set them.
 */
export function linesByPath(lines: readonly Line[], urlId: string): readonly Line[] {
  const kept = lines.flatMap(([name, value]): readonly Line[] => {
    const small = name.toLowerCase();
    if (small === 'service-worker-allowed') return [];
    return [[name, small === 'set-cookie' ? cookieBelow(value, `${urlPathPrefix}${urlId}`) : value]];
  });
  // One more beside the function's own: browsers hold a page to all of them.
  return [...kept, ['content-security-policy', 'sandbox allow-scripts allow-forms allow-popups']];
}

/**
 * Lines of an answer without the `Domain` of its cookies: each URL has a host of its own, and what is above that is nobody's. AWS
 * needs none of this, because browsers know its suffix for a public one.
 */
export function withoutCookieDomains(lines: readonly Line[]): readonly Line[] {
  if (!lines.some(([name]) => name.length === 10 && name.toLowerCase() === 'set-cookie')) return lines;
  return lines.map(([name, value]) => [name, name.toLowerCase() === 'set-cookie' ? withoutDomain(value) : value]);
}

function cookieBelow(cookie: string, folder: string): string {
  const path = /;\s*path\s*=\s*([^;]*)/i.exec(cookie)?.[1]?.trim() ?? '/';
  const bare = withoutDomain(cookie).replaceAll(/;\s*path\s*(?:=[^;]*)?(?=;|$)/gi, '');
  return `${bare}; Path=${folder}${path.startsWith('/') ? path : '/'}`;
}

function withoutDomain(cookie: string): string {
  return cookie.replaceAll(/;\s*domain\s*(?:=[^;]*)?(?=;|$)/gi, '');
}

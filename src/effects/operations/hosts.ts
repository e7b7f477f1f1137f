import type { Answer } from '../model/effect.ts';
import { type Value } from '../values/value.ts';

/** The host of a URL as far as it is known; undefined where it is not. */
export interface KnownHost {
  readonly host: string | undefined;
}

/** Names and addresses of this machine, as code in an instance sees it. */
const here = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|(.+\.)?heddle\.internal|(.+\.)?localhost)$/;

/** Whether what goes to a host leaves the machine. */
export function leavesFor(host: string | undefined): Answer {
  if (host === undefined) return 'unknown';
  return here.test(host) ? 'no' : 'yes';
}

/** Hosts that URLs may have, `user@` and ports left out. */
export function hostsIn(url: Value): readonly (string | undefined)[] {
  if (url.length === 0) return [undefined];
  const hosts = url.map((atom) => {
    if (atom.kind === 'constant' && typeof atom.value === 'string') return hostOf(atom.value, true);
    return atom.kind === 'text' ? hostOf(atom.prefix, false) : undefined;
  });
  return [...new Set(hosts)];
}

function hostOf(text: string, whole: boolean): string | undefined {
  const [, host, end = ''] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?(\[[^\]]*\]|[^/?#:]*)([/?#:]?)/i.exec(text) ?? [];
  if (host === undefined || host === '' || (!whole && end === '')) return undefined;
  return host.toLowerCase();
}

/** Whether a host is one of a pattern: `api.example.com`, or `*.example.com`. */
export function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

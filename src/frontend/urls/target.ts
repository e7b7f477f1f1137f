/** What a request to a function's URL is for. */
export interface UrlTarget {
  readonly urlId: string;
  /** As it was sent: percent-encoded, beginning with `/`; without what only leads to the URL. */
  readonly rawPath: string;
  /** Without the `?`. */
  readonly rawQuery: string;
  /** It is named by its path, which it shares with everything else that this service answers. */
  readonly byPath: boolean;
}

/** Where functions' URLs are for clients that cannot resolve their host names. */
export const urlPathPrefix = '/heddle/url/';

/** What is before `.lambda-url.` is an id; what is behind it, each client and each proxy may have its own way. */
const urlHost = /^([^.:]+)\.lambda-url\.(?=[^.:])/i;

/** Whether a `Host` header is a function URL's. On those names nothing else is ever answered: what is there comes from users' code. */
export function isUrlHost(host: string | undefined): boolean {
  return host !== undefined && host.includes('-') && urlHost.test(host);
}

/** The function URL that a request is for, by its `Host` header or its path; undefined where it is for none. */
export function urlTarget(host: string | undefined, url: string): UrlTarget | undefined {
  const urlId = host !== undefined && host.includes('-') ? urlHost.exec(host)?.[1] : undefined;
  if (urlId !== undefined) return { urlId: urlId.toLowerCase(), ...parts(originForm(url)), byPath: false };
  if (!url.startsWith(urlPathPrefix)) return undefined;
  const rest = url.slice(urlPathPrefix.length);
  const end = /[/?]/.exec(rest)?.index ?? rest.length;
  return { urlId: rest.slice(0, end).toLowerCase(), ...parts(rest.slice(end)), byPath: true };
}

/** Proxies are asked for whole URLs, and this may be called like one. */
function originForm(url: string): string {
  return /^https?:\/\/[^/?]*(.*)$/is.exec(url)?.[1] ?? url;
}

function parts(url: string): { readonly rawPath: string; readonly rawQuery: string } {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  return { rawPath: path === '' ? '/' : path, rawQuery: at === -1 ? '' : url.slice(at + 1) };
}

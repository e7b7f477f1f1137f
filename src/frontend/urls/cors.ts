import type { UrlCors } from '../../model/functions/function-url.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Lines = readonly (readonly [name: string, value: string])[];

/** Whether a browser asks for permission. Where a URL says what pages may, the service answers, and nothing is invoked. */
export function isPreflight(method: string, headers: Headers): boolean {
  return (
    method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
  );
}

/**
 * The header lines that answer a preflight: those that say no more than `vary` where origin, method or one of the headers is not
 * allowed. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function preflightLines(cors: UrlCors, headers: Headers): Lines {
  const method = single(headers['access-control-request-method']);
  const asked = single(headers['access-control-request-headers'])
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const origin = originLines(cors, single(headers['origin']));
  const vary = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'] as const;
  const { allowMethods = [], allowHeaders = [], maxAge } = cors;
  const allowed =
    origin.length > 0 && isListed(allowMethods, method) && asked.every((name) => isListed(allowHeaders, name));
  if (!allowed) return [vary];
  return [
    vary,
    ...origin,
    ['access-control-allow-methods', allowMethods.includes('*') ? method : allowMethods.join(',')],
    // What was asked for, where everything is allowed: `*` would leave out `authorization`.
    ...(asked.length > 0
      ? [
          [
            'access-control-allow-headers',
            allowHeaders.includes('*') ? asked.join(',') : allowHeaders.join(','),
          ] as const,
        ]
      : []),
    ...(maxAge === undefined ? [] : [['access-control-max-age', String(maxAge)] as const]),
  ];
}

/** The header lines that stand beside the function's own in every other answer; where it says the same, both do, as on AWS. */
export function corsLines(cors: UrlCors | undefined, headers: Headers): Lines {
  const origin = headers['origin'];
  if (cors === undefined || origin === undefined) return [];
  const lines = originLines(cors, single(origin));
  const { exposeHeaders = [] } = cors;
  const exposes = lines.length > 0 && exposeHeaders.length > 0;
  return [
    ['vary', 'Origin'],
    ...lines,
    ...(exposes ? [['access-control-expose-headers', exposeHeaders.join(',')] as const] : []),
  ];
}

function originLines({ allowOrigins = [], allowCredentials = false }: UrlCors, origin: string): Lines {
  const all = allowOrigins.includes('*');
  if (!all && !allowOrigins.includes(origin)) return [];
  // With credentials `*` would mean an origin of that name.
  const allowed = all && !allowCredentials ? '*' : origin;
  return [
    ['access-control-allow-origin', allowed],
    ...(allowCredentials ? [['access-control-allow-credentials', 'true'] as const] : []),
  ];
}

function isListed(list: readonly string[], item: string): boolean {
  return list.some((each) => each === '*' || each.toLowerCase() === item.toLowerCase());
}

function single(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

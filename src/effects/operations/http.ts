import { constant, data, join, textOf, type Atom, type Value } from '../values/value.ts';
import { argumentsOn, type Described, inputMember, pathOf, textsIn, unknownDraft } from './draft.ts';
import { hostsIn } from './hosts.ts';
import { drafts } from './http-requests.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

/** A member of any of these settings, the first that has it; a text where none has. */
function setting(all: readonly Value[], name: string, otherwise: Value = []): Value {
  for (const config of all) {
    const { value, given } = inputMember(config, name);
    if (given === 'yes') return value;
    if (given === 'unknown' && (value.length > 0 || config.some(({ kind }) => kind !== 'constant')))
      return value.length > 0 ? join(value, otherwise) : data;
  }
  return otherwise;
}

/** The host of a URL, or of what stands before one that is only a path. */
function hostsOf(url: Value, base: Value): readonly (string | undefined)[] {
  const own = hostsIn(url);
  if (own.some((host) => host !== undefined) || base.length === 0) return own;
  const isPath = url.every(
    (atom) => (atom.kind === 'constant' && typeof atom.value === 'string') || atom.kind === 'text',
  );
  return isPath || url.length === 0 ? hostsIn(base) : own;
}

function urlIn(value: Value | undefined): Value {
  const direct = value ?? [];
  const outside = direct.find((atom) => atom.kind === 'outside');
  // `new Request(url, …)`
  return outside?.kind === 'outside' && pathOf(outside) === 'Request()' ? (argumentsOn(outside)[0] ?? []) : direct;
}

/** `fetch(url, options)`. */
export function describeFetch(args: readonly Value[]): Described {
  const [first = [], options = []] = args;
  const request = first.find((atom) => atom.kind === 'outside');
  const more = request?.kind === 'outside' ? (argumentsOn(request)[1] ?? []) : [];
  const config = [options, more].filter((each) => each.length > 0);
  return {
    effects: drafts({
      method: setting(config, 'method', constant('GET')),
      hosts: hostsOf(urlIn(first), []),
      headers: setting(config, 'headers'),
      body: setting(config, 'body'),
    }),
    gives: data,
  };
}

const methodNames = new Set([
  'get',
  'head',
  'options',
  'delete',
  'post',
  'put',
  'patch',
  'postForm',
  'putForm',
  'patchForm',
  'del',
  'stream',
  'pipeline',
]);
/** Methods by which clients are told their settings. */
const making = new Set(['create', 'extend', 'defaults']);
const neutral = new Set([
  ...[
    'use',
    'eject',
    'interceptors',
    'isAxiosError',
    'isCancel',
    'CancelToken',
    'source',
    'setGlobalDispatcher',
    'Agent',
    'ProxyAgent',
    'MockAgent',
    'close',
    'destroy',
    'Headers',
    'Response',
    'Request',
    'FormData',
  ],
  ...[
    'json',
    'text',
    'buffer',
    'on',
    'set',
    'query',
    'send',
    'type',
    'accept',
    'retry',
    'timeout',
    'auth',
    'Client',
    'Pool',
    'getUri',
    'spread',
    'all',
  ],
]);

/** Whose requests are told by a first argument that is a URL, and settings behind it or in its place. */
export function describeHttpClient(atom: Outside, args: readonly Value[]): Described {
  const path = pathOf(atom);
  const name = path.split('.').at(-1) ?? '';
  if (making.has(name)) return { effects: [] };
  if (neutral.has(name)) return { effects: [], callsBack: [data, data] };
  const settings = atom.links.flatMap((link) => (link.kind === 'call' ? link.args : []));
  const base = setting(settings, 'baseURL', setting(settings, 'prefixUrl', textBase(settings)));
  const isSend =
    name === '' ||
    name.endsWith('()') ||
    ['request', 'fetch', 'axios', 'got', 'ky', 'default', 'stream'].includes(name);
  if (!isSend && !methodNames.has(name))
    return {
      effects: [unknownDraft(`calls ${name} of ${atom.name}, which is not known`)],
      gives: data,
      callsBack: [data, data],
    };
  const [first = [], second = [], third = []] = args;
  const isConfig = first.some(({ kind }) => kind === 'object');
  const hasBody = ['post', 'put', 'patch'].includes(name.replace('Form', '')) && atom.name === 'axios';
  const config = isConfig ? [first, second] : hasBody ? [third] : [second, third];
  const given = config.filter((each) => each.some(({ kind }) => kind !== 'function' && kind !== 'constant'));
  const named = name.replace('Form', '').replace(/^del$/, 'delete');
  const method = isSend ? setting([...given, ...settings], 'method', constant('GET')) : constant(named);
  const url = isConfig ? setting([first], 'url', setting([first], 'uri', setting([first], 'path'))) : first;
  const origin = isConfig ? setting([first], 'baseURL', setting([first], 'origin', base)) : base;
  return {
    effects: drafts({
      method,
      hosts: hostsOf(url, origin),
      headers: setting([...given, ...settings], 'headers'),
      body: hasBody ? second : setting(given, 'json', setting(given, 'body', setting(given, 'data'))),
    }),
    gives: data,
    callsBack: [data, data],
  };
}

/** `new Client('https://…')` of undici. */
function textBase(settings: readonly Value[]): Value {
  return settings.find((value) => textOf(value) !== undefined) ?? [];
}

/** `request` and `get` of node:http, node:https and node:http2. */
export function describeNodeHttp(atom: Outside, args: readonly Value[]): Described {
  const path = pathOf(atom);
  const name = path.split('.').at(-1) ?? '';
  if (!['request', 'get', 'connect'].includes(name) || path.includes('()')) {
    const isServer = name === 'createServer';
    return isServer
      ? { effects: [unknownDraft('starts a server')], callsBack: [data, data] }
      : { effects: [], gives: data, callsBack: [data, data] };
  }
  const [first = []] = args;
  const options = args.filter((value) => value.some(({ kind }) => kind === 'object'));
  const isUrl = first.some(({ kind }) => kind !== 'object' && kind !== 'function');
  const named = setting(options, 'hostname', setting(options, 'host'));
  const hosts = isUrl && named.length === 0 ? hostsIn(first) : textsIn(named).map((text) => text?.split(':')[0]);
  const method = name === 'get' ? constant('GET') : setting(options, 'method', constant('GET'));
  return {
    effects: drafts({ method, hosts, headers: setting(options, 'headers'), body: [] }),
    gives: data,
    callsBack: [data, data],
  };
}

import { type Atom, data, join, marked, marks, marksOf, textOf, type Value } from '../values/value.ts';
import { type Described, type Draft, factsOf, mildDraft, pathOf, unknownDraft } from './draft.ts';
import { describeNodeHttp, describeFetch } from './http.ts';
import { pureModules } from './tables/packages.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

export const clockDraft: Draft = mildDraft('clock', 'reads the clock', { deterministic: 'no' });
export const randomDraft: Draft = mildDraft('random', 'takes random numbers', { deterministic: 'no' });
const timerDraft: Draft = mildDraft('timer', 'waits for a time, beside which other things may come first or not', {
  deterministic: 'unknown',
});

/** An environment variable is the same for all invocations of a version. */
export function environmentDraft(name: string): Draft {
  return mildDraft(`env ${name}`, `reads the environment variable ${name}`);
}

const clock: Described = { effects: [clockDraft], gives: marked(marks.clock) };
const random: Described = { effects: [randomDraft], gives: marked(marks.random) };
const pure: Described = { effects: [], gives: data, callsBack: [data, data, data] };

function timer(repeats: boolean): Described {
  const words = repeats ? 'does something again and again' : timerDraft.words;
  return { effects: [{ ...timerDraft, words }], gives: data, callsBack: [] };
}

/** Names at the top of the platform, with what they do where they do something. */
function describeGlobal(atom: Outside, args: readonly Value[]): Described | undefined {
  const path = pathOf(atom).replace(/^globalThis\.|^global\./, '');
  const [first = ''] = path.split(/[.(]/);
  if (
    path === 'Date.now' ||
    (path === 'Date' && args.length === 0) ||
    /^performance\.(now|timeOrigin|mark|measure|timerify)$/.test(path)
  )
    return clock;
  if (path === 'Date') return { effects: [], gives: marked(args.reduce((all, arg) => all | marksOf(arg), 0)) };
  if (path === 'Math.random' || /^crypto\.(randomUUID|getRandomValues)$/.test(path)) return random;
  if (path.startsWith('crypto.subtle.generateKey')) return random;
  if (path === 'fetch') return describeFetch(args);
  if (['setTimeout', 'setImmediate', 'queueMicrotask', 'process.nextTick'].includes(path))
    return path === 'setTimeout' ? timer(false) : { ...pure, callsBack: [] };
  if (path === 'setInterval') return timer(true);
  if (/^process\.(hrtime|uptime)/.test(path)) return clock;
  if (path === 'process.memoryUsage' || path === 'process.cpuUsage' || path === 'process.resourceUsage') return random;
  if (path === 'eval' || path === 'Function') return { effects: [unknownDraft('runs code that is made when it runs')] };
  if (
    ['WebSocket', 'EventSource', 'XMLHttpRequest', 'WebAssembly.instantiate', 'Worker', 'BroadcastChannel'].includes(
      path,
    )
  )
    return { effects: [unknownDraft(`uses ${path}`)], callsBack: [data, data] };
  if (['process.dlopen', 'process.binding', 'process.kill', 'process.send'].includes(path))
    return { effects: [unknownDraft(`uses ${path}`)] };
  // The arguments of a Request are its, until somebody sends it.
  if (path === 'Request') return { effects: [] };
  if (path === 'awslambda.streamifyResponse') return { effects: [], callsBack: [data, data, data] };
  return known.has(first) ? pure : undefined;
}

const known: ReadonlySet<string> = new Set(
  (
    'Object Array String Number Boolean BigInt Symbol Math JSON Promise Map Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect Error TypeError RangeError SyntaxError ' +
    'ReferenceError EvalError URIError AggregateError RegExp Date Intl ArrayBuffer SharedArrayBuffer DataView Atomics Uint8Array Uint8ClampedArray Uint16Array Uint32Array Int8Array ' +
    'Int16Array Int32Array Float32Array Float64Array BigInt64Array BigUint64Array Buffer URL URLSearchParams TextEncoder TextDecoder TextDecoderStream TextEncoderStream AbortController ' +
    'AbortSignal Event EventTarget CustomEvent Blob File FormData Headers Response ReadableStream WritableStream TransformStream CompressionStream DecompressionStream structuredClone ' +
    'parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI escape unescape atob btoa console process performance crypto clearTimeout clearInterval ' +
    'clearImmediate globalThis global require module exports undefined NaN Infinity awslambda MessageChannel DOMException Iterator Function __dirname __filename DisposableStack AsyncDisposableStack'
  ).split(' '),
);

/** Whether the platform has something of this name. */
export function isGlobal(name: string): boolean {
  return (
    known.has(name) ||
    [
      'fetch',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'eval',
      'WebSocket',
      'Request',
      'EventSource',
      'WebAssembly',
      'Worker',
      'BroadcastChannel',
    ].includes(name)
  );
}

function fileTarget(value: Value = []): 'temporary' | 'code' | 'elsewhere' {
  const texts = value.map((atom) => textOf([atom]) ?? (atom.kind === 'text' ? atom.prefix : ''));
  if (texts.length > 0 && texts.every((text) => /^(file:\/\/)?\/tmp(\/|$)/.test(text))) return 'temporary';
  if (
    texts.length > 0 &&
    texts.every(
      (text) =>
        /^(file:\/\/)?\/var\/task(\/|$)/.test(text) || (text !== '' && !text.startsWith('/') && !/^[a-z]+:/.test(text)),
    )
  )
    return 'code';
  return 'elsewhere';
}

const fileReads =
  /^(readFile|read|readv|readdir|stat|lstat|fstat|access|exists|open|opendir|createReadStream|realpath|readlink|statfs|glob|watch|watchFile)(Sync)?$/;
const fileWrites =
  /^(writeFile|write|writev|mkdir|mkdtemp|copyFile|cp|rename|symlink|link|chmod|chown|utimes|truncate|ftruncate|createWriteStream|fsync|appendFile|rm|rmdir|unlink)(Sync)?$/;

/** Files: `/tmp` is a container's own and does not last; the code is the same for all; what is elsewhere lasts. */
function describeFiles(atom: Outside, args: readonly Value[]): Described {
  const name = pathOf(atom).split('.').at(-1) ?? '';
  const gives: Described = { effects: [], gives: data, callsBack: [data, data] };
  const target = fileTarget(args[0]);
  if (fileReads.test(name)) {
    if (target === 'code') return gives;
    const where = target === 'temporary' ? ' /tmp' : '';
    return {
      ...gives,
      effects: [
        {
          what: `file read${where}`,
          words: `reads a file${target === 'temporary' ? ' in /tmp, which may be of a call before' : ' that is not of its code'}`,
          ...factsOf('read', 'no'),
        },
      ],
    };
  }
  if (!fileWrites.test(name)) return gives;
  if (target === 'temporary') return { ...gives, effects: [mildDraft('file write /tmp', 'writes to /tmp')] };
  const manner = name.startsWith('append') ? 'append' : /^(rm|rmdir|unlink)/.test(name) ? 'remove' : 'overwrite';
  return {
    ...gives,
    effects: [{ what: 'file write', words: `writes a file outside of /tmp (${name})`, ...factsOf(manner, 'no') }],
  };
}

/** What a module of Node's own, or a global of the platform, does when it is called; undefined where nobody knows. */
export function describePlatform(atom: Outside, args: readonly Value[]): Described | undefined {
  const { name } = atom;
  const last = pathOf(atom).split('.').at(-1) ?? '';
  switch (name) {
    case 'global':
      return describeGlobal(atom, args);
    case 'fs':
      return describeFiles(atom, args);
    case 'http':
    case 'https':
    case 'http2':
      return describeNodeHttp(atom, args);
    case 'crypto':
      if (/^(random|generateKey|generatePrime|createDiffieHellman|createECDH)|^getRandomValues$/.test(last))
        return { ...random, callsBack: [data, data] };
      return { ...pure, gives: marked(args.reduce((all, arg) => all | marksOf(arg), 0)) };
    case 'timers':
      return /^set(Timeout|Interval)|^wait$/.test(last) ? timer(last === 'setInterval') : { ...pure, callsBack: [] };
    case 'perf_hooks':
      return /now|mark|measure/.test(last) ? clock : pure;
    case 'process':
      return describeGlobal(
        { ...atom, name: 'global', links: [{ kind: 'member', name: 'process' }, ...atom.links] },
        args,
      );
    case 'child_process':
      return { effects: [unknownDraft(`runs a program (${last})`, 'program')], gives: data, callsBack: [data, data] };
    case 'net':
    case 'tls':
    case 'dgram':
      return ['connect', 'createConnection', 'createServer', 'createSocket', 'Socket', 'TLSSocket'].includes(last)
        ? { effects: [unknownDraft(`opens a connection (${name}.${last})`)], callsBack: [data, data] }
        : pure;
    case 'dns':
      return { ...pure, effects: [{ what: 'dns', words: 'asks for a name', ...factsOf('read', 'unknown') }] };
    case 'worker_threads':
    case 'cluster':
    case 'vm':
    case 'inspector':
    case 'wasi':
    case 'repl':
      return { effects: [unknownDraft(`uses node:${name}, which runs other code`)], callsBack: [data, data] };
    default:
      return pureModules.includes(name)
        ? { ...pure, gives: join(data, marked(args.reduce((all, arg) => all | marksOf(arg, 1), 0))) }
        : undefined;
  }
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from 'pino';
import { once } from '../routes/loaded-later.ts';

/** Where the page's files are, but for the page itself, which is at `/`. */
const filesPath = '/heddle/dashboard/';
/** Names as the bundler gives them: with a hash of what is in them. */
const fileName = /^[\w.-]{1,128}$/;

const htmlType = 'text/html; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What stands in `Host` and can stand in a policy: no address of IPv6 can. */
const plainHost = /^[\w.-]{1,255}(?::\d{1,5})?$/;

/**
 * What a page may do: run the page's own scripts, and talk to this service. Nothing inline but these styles (their hashes), nothing from elsewhere, in nobody's frame. Where `host`
 * says by what name the service was asked, scripts are those below its path only: functions and objects have paths at the same origin.
 */
function contentSecurityPolicy(styles: readonly string[] = [], host = ''): string {
  return [
    "default-src 'none'",
    `script-src ${plainHost.test(host) ? `${host}${filesPath}` : "'self'"}`,
    ["style-src 'self'", ...styles.map((hash) => `'sha256-${hash}'`)].join(' '),
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The hash of each of a page's own styles, which are what it paints first without asking for more. */
function stylesIn(page: string): readonly string[] {
  return [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = '']) =>
    createHash('sha256').update(text).digest('base64'),
  );
}

const always: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

interface ServedFile {
  /** Of the page itself: the hashes of its own styles. */
  readonly styles?: readonly string[];
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the page is served with. */
export interface AppParts {
  /** Finds the folder of its files, building them if need be. */
  readonly folder: () => Promise<string>;
  /** What requests are signed for, which the page has to know before anybody has signed in. */
  readonly region: string;
  readonly logger: Logger;
}

/** Whether a request is a browser's for the dashboard: nothing that is signed, and no operation of AWS's, which are at `/`, too. */
export function isForApp({ method, url = '', headers }: IncomingMessage): boolean {
  if (url !== '/' && !url.startsWith(filesPath)) return false;
  return (method === 'GET' || method === 'HEAD') && headers.authorization === undefined;
}

/** Serves the dashboard's files, from memory once they were asked for. `answered` is called when an answer has left. */
export function serveApp(
  { folder, region, logger }: AppParts,
  answered: () => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  const files = new Map<string, Promise<ServedFile | undefined>>();
  const found = once(folder);
  const load = async (name: string): Promise<ServedFile | undefined> => {
    const page = name === '';
    const path = join(await found(), page ? 'index.html' : join('heddle/dashboard', name));
    const plain = await readFile(path).catch(missing);
    if (plain === undefined) return undefined;
    return page ? await served(...pageIn(plain, region)) : await served(plain, headersOf(path));
  };
  const fileOf = async (name: string): Promise<ServedFile | undefined> => {
    const known = files.get(name) ?? load(name);
    files.set(name, known);
    // Only what is there is remembered: names that are not are endless.
    const file = await known.catch((error: unknown) => {
      files.delete(name);
      throw error;
    });
    if (file === undefined) files.delete(name);
    return file;
  };
  return (request, response) => {
    response.on('close', answered);
    const { url = '' } = request;
    const name = url === '/' ? '' : url.slice(filesPath.length).replace(/\?.*$/s, '');
    const known = name === '' || fileName.test(name) ? fileOf(name) : Promise.resolve(undefined);
    known.then(
      (file) => (file === undefined ? refuse(response, 404, 'There is no such file.') : send(request, response, file)),
      (error: unknown) => {
        logger.error({ err: error }, 'The dashboard cannot be shown.');
        refuse(response, 500, 'The dashboard cannot be shown: the log of the service says why.');
      },
    );
  };
}

/** The page itself, which is asked for anew each time, and how it is sent. */
function pageIn(file: Buffer, region: string): [Buffer, Readonly<Record<string, string>>, readonly string[]] {
  const page = file.toString('utf8').replaceAll('%REGION%', region.replaceAll(/[^\w-]/g, ''));
  return [Buffer.from(page), { ...always, 'cache-control': 'no-cache', 'content-type': htmlType }, stylesIn(page)];
}

/** Of what is named by its hash, and never another. */
function headersOf(path: string): Readonly<Record<string, string>> {
  const type = types[extname(path)] ?? 'application/octet-stream';
  return { ...always, 'cache-control': 'public, max-age=31536000, immutable', 'content-type': type };
}

async function served(
  plain: Buffer,
  headers: Readonly<Record<string, string>>,
  styles?: readonly string[],
): Promise<ServedFile> {
  const etag = `"${createHash('sha256').update(plain).digest('hex').slice(0, 32)}"`;
  const zipped = await promisify(gzip)(plain, { level: 9 });
  return { plain, zipped, headers: { ...headers, etag, vary: 'accept-encoding' }, ...(styles && { styles }) };
}

function send(request: IncomingMessage, response: ServerResponse, file: ServedFile): void {
  const { plain, zipped, styles } = file;
  const policy = styles && { 'content-security-policy': contentSecurityPolicy(styles, request.headers.host) };
  const headers: Readonly<Record<string, string>> = { ...file.headers, ...policy };
  if (request.headers['if-none-match'] === headers['etag']) return void response.writeHead(304, headers).end();
  const zips = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
  const body = zips ? zipped : plain;
  response.writeHead(200, { ...headers, 'content-length': body.length, ...(zips && { 'content-encoding': 'gzip' }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...always, 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
    return undefined;
  throw error;
}

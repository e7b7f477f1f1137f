import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceKey } from './threads/session/service-key.ts';

/** Where a service is, the key that it accepts, and where that is from. */
export interface Connection extends ServiceKey {
  /** All addresses that were named, `url` the first: one service may have several hosts. */
  readonly urls?: readonly string[];
  /** The file of keys in the service's home, and the section of it that the key came from, for tools that read it themselves. */
  readonly credentialsFile: string;
  /** Absent where the key came from the environment. */
  readonly profile?: string;
}

/** No service was found where one was looked for; the message says where that was. */
export class NoServiceError extends Error {
  override readonly name = 'NoServiceError';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NoServiceError(`No Heddle service has left word of itself in ${path}: ${why}.`, { cause });
  }
}

/**
 * Sections of an INI file as AWS tools write it: `[name]`, `key = value`, `#` and `;` comments. Later keys win.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    const section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    const pair = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (section !== undefined) {
      current = sections.get(section) ?? new Map();
      sections.set(section, current);
    } else if (pair?.[1] !== undefined) current?.set(pair[1], pair[2] ?? '');
  }
  return sections;
}

/** The address in `service.json`, which a service writes when it starts to listen. Throws NoServiceError. */
function readService(home: string): { readonly url: string; readonly region: string | undefined } {
  const path = join(home, 'service.json');
  const text = read(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string')
    throw new NoServiceError(`${path} does not say where the service is; it should hold {"url": "http://…"}.`);
  return { url: value.url, region: 'region' in value && typeof value.region === 'string' ? value.region : undefined };
}

type Key = Pick<ServiceKey, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;

/** `HEDDLE_ACCESS_KEY_ID` and `HEDDLE_SECRET_ACCESS_KEY`, of a role also `HEDDLE_SESSION_TOKEN`; or AWS's own names. */
function keyOf(environment: NodeJS.ProcessEnv, prefix: 'HEDDLE' | 'AWS'): Key | undefined {
  const accessKeyId = environment[`${prefix}_ACCESS_KEY_ID`];
  const secretAccessKey = environment[`${prefix}_SECRET_ACCESS_KEY`];
  const sessionToken = environment[`${prefix}_SESSION_TOKEN`];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

/**
 * Finds the service of a home folder: its address in `service.json`, or `HEDDLE_URL` (several addresses with commas between, for one that has several hosts); its key in `credentials`, or
 * `HEDDLE_ACCESS_KEY_ID` and `HEDDLE_SECRET_ACCESS_KEY`. Where `HEDDLE_URL` is set and there is no `credentials`, AWS's variables
 * do as well. Says nothing about whether it answers. Throws NoServiceError.
 */
export function findConnection(home: string, environment: NodeJS.ProcessEnv): Connection {
  const urls = (environment['HEDDLE_URL'] ?? '').split(',').flatMap((url) => url.trim() || []);
  const [url] = urls;
  const service = url === undefined ? readService(home) : { url, region: undefined };
  const at = { url: service.url, urls: urls.length > 0 ? urls : [service.url] };
  const file = join(home, 'credentials');
  const regionIn = (keys?: ReadonlyMap<string, string>): string =>
    environment['HEDDLE_REGION'] || keys?.get('region') || service.region || 'us-east-1';
  const own = keyOf(environment, 'HEDDLE');
  const given = own ?? (url !== undefined && !existsSync(file) ? keyOf(environment, 'AWS') : undefined);
  if (given !== undefined) return { ...at, region: regionIn(), ...given, credentialsFile: file };
  const { keys, profile } = readKeys(file);
  return { ...at, region: regionIn(keys), ...keyIn(keys, file), credentialsFile: file, profile };
}

function readKeys(file: string): { readonly keys: ReadonlyMap<string, string> | undefined; readonly profile: string } {
  const sections = parseIni(read(file));
  const profile = sections.has('heddle') ? 'heddle' : (sections.keys().next().value ?? '');
  return { keys: sections.get(profile), profile };
}

function keyIn(keys: ReadonlyMap<string, string> | undefined, file: string): Key {
  const accessKeyId = keys?.get('aws_access_key_id');
  const secretAccessKey = keys?.get('aws_secret_access_key');
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  throw new NoServiceError(`${file} has no section with aws_access_key_id and aws_secret_access_key.`);
}

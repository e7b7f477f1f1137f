import { createHash } from 'node:crypto';
import { ProtocolError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { Lru } from '../../model/lru.ts';
import { decodeValue, encodeValue } from '../peers/link/value.ts';

/** A function version as it goes to another host: it is sent once, and named by its content then. */
export interface NamedVersion {
  /** SHA-256 of the bytes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes of function versions that a host keeps of others'. */
const keptBytesMax = 33_554_432; // 32 MiB
/** Versions that a host is believed to know: fewer than it keeps, as they are not large. */
const toldMax = 4_096;

const named = new WeakMap<FunctionVersion, NamedVersion>();

/** Records are immutable: one that has changed is another object. */
export function namedVersion(fn: FunctionVersion): NamedVersion {
  const known = named.get(fn);
  if (known !== undefined) return known;
  const bytes = encodeValue(fn);
  const made = { name: nameOf(bytes), bytes };
  named.set(fn, made);
  return made;
}

/** Which versions another host was sent: it may have forgotten one, and asks for it then. */
export class ToldVersions {
  readonly #told = new Lru<true>(toldMax);

  /** Whether this is the first that it hears of it. */
  isNews(name: string): boolean {
    if (this.#told.get(name) !== undefined) return false;
    this.#told.set(name, true, 1);
    return true;
  }
}

/** Versions that other hosts have sent, the same object for each. */
export class KeptVersions {
  readonly #kept = new Lru<FunctionVersion>(keptBytesMax);

  get(name: string): FunctionVersion | undefined {
    return this.#kept.get(name);
  }

  /** Throws ProtocolError for what is not what it is named. */
  take(name: string, bytes: Uint8Array): FunctionVersion {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    if (nameOf(bytes) !== name) throw new ProtocolError('Another host sent another function version than it named.');
    const version = decodeValue(Buffer.from(bytes));
    if (!isVersion(version)) throw new ProtocolError('Another host sent as a function version what is none.');
    this.#kept.set(name, version, bytes.length + 1_024);
    return version;
  }
}

function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** What all of it has; the rest was checked where it was deployed, in the same cluster. */
function isVersion(value: unknown): value is FunctionVersion {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const texts = ['account', 'name', 'version', 'arn', 'revisionId', 'runtime', 'handler', 'codeSha256', 'role'];
  return (
    texts.every((name) => typeof fields[name] === 'string') &&
    ['memoryMb', 'timeoutMs', 'codeBytes', 'modifiedAt'].every((name) => typeof fields[name] === 'number') &&
    typeof fields['environment'] === 'object'
  );
}

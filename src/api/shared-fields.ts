import { ProtocolError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { SharingError } from '../model/sharing.ts';

/**
 * The fields of a decoded request, none looked at yet. What has the wrong type breaks the protocol (ProtocolError); what
 * a user could have written, and is too large or too small, is refused with what it is and should be (SharingError).
 */
export class SharedFields {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** Throws ProtocolError where it is not a map. */
  constructor(value: unknown) {
    if (!isMap(value)) throw new ProtocolError('A request for something shared is not a map.');
    this.#fields = value;
  }

  word<const Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.#fields[key];
    const found = words.find((word) => word === value);
    if (found === undefined) throw this.#wrong(key, `one of ${words.join(', ')}`);
    return found;
  }

  flag(key: string): boolean {
    const value = this.#fields[key] ?? false;
    if (typeof value !== 'boolean') throw this.#wrong(key, 'true or false');
    return value;
  }

  /** Text of at most so many UTF-16 units. */
  text(key: string, lengthMax: number): string {
    const value = this.#fields[key];
    if (typeof value !== 'string') throw this.#wrong(key, 'text');
    if (value.length > lengthMax)
      throw this.#outside(key, `has ${value.length} characters; at most ${lengthMax} are allowed`);
    return value;
  }

  bytes(key: string): Uint8Array {
    const value = this.#fields[key];
    if (!(value instanceof Uint8Array)) throw this.#wrong(key, 'binary');
    if (value.length > limits.sharedValueBytesMax)
      throw this.#outside(key, `has ${value.length} bytes; at most ${limits.sharedValueBytesMax} are allowed`);
    return value;
  }

  /** A whole number, both ends included. */
  whole(key: string, min: number, max: number): number {
    const value = this.#fields[key];
    if (typeof value !== 'number') throw this.#wrong(key, 'a number');
    if (!Number.isInteger(value) || value < min || value > max)
      throw this.#outside(key, `is ${value}; it must be a whole number from ${min} to ${max}`);
    return value;
  }

  /** As {@link whole}, or absent. */
  optionalWhole<Key extends string>(key: Key, min: number, max: number): Partial<Record<Key, number>> {
    return this.has(key) ? record(key, this.whole(key, min, max)) : {};
  }

  /** A signed whole number of so many bits: a bigint, its decimal digits as text, or a number that is exact. */
  big(key: string, bits: number): bigint {
    const value = bigOf(this.#fields[key]);
    if (value === undefined) throw this.#wrong(key, 'a whole number or its decimal digits');
    if (BigInt.asIntN(bits, value) !== value) throw this.#outside(key, `does not fit in ${bits} bits`);
    return value;
  }

  /** Throws SharingError `invalid` unless it `holds`. */
  check(holds: boolean, what: string): void {
    if (!holds) throw new SharingError('invalid', `A request (${this.#shown()}) has ${what}.`);
  }

  has(key: string): boolean {
    return this.#fields[key] !== undefined && this.#fields[key] !== null;
  }

  #wrong(key: string, should: string): ProtocolError {
    return new ProtocolError(`\`${key}\` of a request for something shared (${this.#shown()}) is not ${should}.`);
  }

  #outside(key: string, words: string): SharingError {
    return new SharingError('invalid', `\`${key}\` of ${this.#shown()} ${words}.`);
  }

  #shown(): string {
    const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 40) : `a ${typeof value}`);
    return `${word(this.#fields['kind'])}.${word(this.#fields['op'])}`;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function record<Key extends string>(key: Key, value: number): Partial<Record<Key, number>> {
  const made: Partial<Record<Key, number>> = {};
  made[key] = value;
  return made;
}

/** Long digits are not converted: it takes time that grows faster than their number. */
function bigOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  return undefined;
}

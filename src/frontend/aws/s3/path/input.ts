import type { ByteRange } from '../../../../objects/rules/ranges.ts';

/** What goes into a function. */
export interface InputSource {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where it is made while it is read. */
  readonly bytes?: number;
  /** Of a document, as lists are. */
  readonly xml?: string;
  /** All of it, or a range where `bytes` is known. What another function makes can be read once. */
  read(range: ByteRange | undefined): AsyncIterable<Uint8Array>;
}

import type { CodeBundle, CodeFile } from '../../model/functions/code.ts';
import { limits } from '../../model/limits.ts';

/** A container that is given its code, and how much memory it may take with it. */
export interface CodePlace {
  readonly channel: number;
  readonly memoryMb: number;
  /** See `CodeSurroundings`. */
  readonly storageMb?: number | undefined;
  /** PEM of whom its code is to trust beside others. */
  readonly authority?: string | undefined;
}

/** What need not be said of it, and is. */
export function moreOf({ storageMb, authority }: CodePlace): {
  readonly storageMb?: number;
  readonly authority?: string;
} {
  return { ...(storageMb !== undefined && { storageMb }), ...(authority !== undefined && { authority }) };
}

/** A part of a file as it goes over the wire. */
export type CodePart = CodeFile & { readonly offset: number };

/** What one message costs for a file beside its data, bytes; many small files fill a message too. */
const partOverheadBytes = 256;
/** An agent does nothing else while it writes the files of one message: some 10 ms in gVisor for so many. */
const partsMax = 250;

/**
 * Cuts files into the contents of messages that carry at most about `bytesMax` bytes each, in order; at least one
 * message, so that code without files has a last part as well. Data is not copied.
 */
export function* codeParts(files: readonly CodeFile[], bytesMax: number): Generator<CodePart[], void> {
  let parts: CodePart[] = [];
  let bytes = 0;
  for (const file of files) {
    let offset = 0;
    do {
      if (bytes + partOverheadBytes >= bytesMax || parts.length >= partsMax) {
        yield parts;
        parts = [];
        bytes = 0;
      }
      const data = file.data.subarray(offset, offset + bytesMax - bytes - partOverheadBytes);
      parts.push({ path: file.path, mode: file.mode, data, offset });
      offset += data.length;
      bytes += data.length + partOverheadBytes;
    } while (offset < file.data.length);
  }
  yield parts;
}

/** A message that carries parts of files; the agent answers each. */
interface CodeMessage {
  readonly type: 'code';
  readonly sha256: string;
  readonly files: readonly CodePart[];
  readonly last: boolean;
}

/**
 * Sends a bundle, at most two messages at a time: resolves when `ask` has had its answer to the last one, and rejects as it does.
 * `drained` resolves when the channel takes more; `onSent` is called when the last message is on its way.
 */
export async function sendCode(
  { sha256, files: all }: Pick<CodeBundle, 'sha256' | 'files'>,
  ask: (message: CodeMessage) => Promise<unknown>,
  drained: () => Promise<void>,
  onSent: () => void,
): Promise<void> {
  const parts = codeParts(all, limits.codePartBytesMax);
  let previous: Promise<unknown> = Promise.resolve();
  let files = parts.next();
  for (;;) {
    const next = parts.next();
    const last = next.done === true;
    const stored = ask({ type: 'code', sha256, files: files.value ?? [], last });
    // Rejected parts make the next ones be rejected too; the one that is awaited speaks for all.
    stored.catch(() => undefined);
    if (last) {
      onSent();
      await stored;
      return;
    }
    await previous;
    await drained();
    previous = stored;
    files = next;
  }
}

import { limits } from '../../../model/limits.ts';
import { encodeFrame } from '../../../protocol/framing/encode.ts';
import type { Level, LineOrigin, LogStyle } from './log-format.ts';
import type { SyncWriter } from './sync-writer.ts';

interface Printed {
  text: string;
  readonly stderr: boolean;
}

/**
 * What user code prints, on its way to the host. During an invocation text goes out at once, so that nothing is lost
 * when the code then hangs or ends the process. What is printed between invocations is held for the next one. Each
 * invocation may print `limits.logBytesMax`; what goes beyond is dropped, and a line says so.
 *
 * What goes to the host goes through this room. `capture-console.ts` and `capture-streams.ts` bring here what user code prints,
 * `raw-output.ts` notices what may have gone past them, and `sync-writer.ts` writes to the channel. The server opens the log at each start, and closes it with the answer.
 */
export class InvocationLog implements LineOrigin {
  readonly #writer: Pick<SyncWriter, 'write'>;
  #bytesLeft: number = limits.logBytesMax;
  #open = false;
  #held: Printed[] = [];
  /** Request of the running or, between invocations, the last invocation; stands in every line of `console`. */
  requestId = '';
  /** For whom that runs, or ran, where its function has tenants. */
  tenantId: string | undefined;
  /** It is a thread's, whose caller reads it as any program's output. */
  plain = false;
  /** Lines of `console` are JSON, if they are no thread's. */
  json = false;
  /** The lowest level of `console` that is kept. */
  from: Level = 'TRACE';

  constructor(writer: Pick<SyncWriter, 'write'>) {
    this.#writer = writer;
  }

  /** How lines of `console` are written. */
  get style(): LogStyle {
    if (this.plain) return 'plain';
    return this.json ? 'json' : 'text';
  }

  /** Whether what is written now is dropped: then it need not be formatted. */
  get full(): boolean {
    return this.#bytesLeft <= 0;
  }

  /** Bytes printed since the last {@link close}. */
  get printedBytes(): number {
    return limits.logBytesMax - this.#bytesLeft;
  }

  /** `stderr`: it is meant for standard error, which only whoever started a thread hears about. */
  write(text: string, stderr: boolean = false): void {
    if (this.#bytesLeft <= 0) return;
    const bytes = Buffer.byteLength(text);
    const kept = bytes <= this.#bytesLeft ? text : cutToBytes(text, this.#bytesLeft) + cutNotice;
    this.#bytesLeft -= bytes;
    const printed = { text: kept, stderr: stderr && this.plain };
    if (this.#open) this.#send(printed);
    else this.#hold(printed);
  }

  /** The running invocation may be told from now on; first of all what was held for it. */
  open(): void {
    this.#open = true;
    if (this.#held.length === 0) return;
    for (const printed of this.#held.splice(0)) this.#send(printed);
  }

  /** The invocation has its answer. The quota starts anew. */
  close(): void {
    this.#open = false;
    this.#bytesLeft = limits.logBytesMax;
  }

  #hold({ text, stderr }: Printed): void {
    const last = this.#held.at(-1);
    if (last?.stderr === stderr) last.text += text;
    else this.#held.push({ text, stderr });
  }

  #send({ text, stderr }: Printed): void {
    if (text !== '') this.#writer.write(encodeFrame(stderr ? { type: 'log', text, stderr } : { type: 'log', text }));
  }
}

const cutNotice = `\n[heddle] Output was cut: one invocation may print ${limits.logBytesMax} bytes.\n`;

/** The longest beginning of `text` that is at most `bytes` long in UTF-8. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  let end = Math.min(bytes, encoded.length);
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

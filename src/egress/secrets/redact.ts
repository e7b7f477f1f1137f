import { Transform, type TransformCallback } from 'node:stream';

/** What must not come back: `value` as it is, as JSON or a URL has it, and as it was sent. */
export interface Hidden {
  readonly value: string;
  readonly placeholder: string;
}

/** The forms in which a value comes back from who repeats what was sent, the longest first. */
export function formsOf(
  hidden: readonly Hidden[],
  sent: readonly string[],
): readonly (readonly [form: string, placeholder: string])[] {
  const forms = new Map<string, string>();
  for (const text of sent) for (const form of writtenAs(text)) forms.set(form, '*'.repeat(form.length));
  for (const { value, placeholder } of hidden) for (const form of writtenAs(value)) forms.set(form, placeholder);
  return [...forms].toSorted(([a], [b]) => b.length - a.length);
}

/** A text as it is, and as JSON (PHP's, too), URLs, forms and HTML have it. */
function writtenAs(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text);
  const lower = url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  return [text, json, json.replaceAll('/', '\\/'), url, lower, form, html, html.replaceAll("'", '&#39;')];
}

/** Headers of an answer, names and values in turns, with placeholders where secrets stood. */
export function redactedHeaders(
  headers: readonly string[],
  forms: readonly (readonly [form: string, placeholder: string])[],
): string[] {
  return headers.map((text) => forms.reduce((now, [form, instead]) => now.replaceAll(form, () => instead), text));
}

/**
 * Lets bytes through with asterisks where one of these texts stood, as many as it had bytes: lengths stay what they are. Held back is only what may be
 * the larger part of one. Never less: who sees that bytes are held back learns that a text begins so, and whoever has a host repeat what he says could
 * ask for one letter after the other. So of a text that a host sends in two pieces the first may come through, if it is the smaller one.
 */
export class RedactedBody extends Transform {
  readonly #forms: readonly Buffer[];
  readonly #longest: number;
  /** The last bytes that came, as they came. The last `#held` of them have not gone on. */
  #seen: Buffer = Buffer.alloc(0);
  #held = 0;
  readonly #found: () => void;

  constructor(forms: readonly string[], found: () => void = () => undefined) {
    super();
    this.#forms = forms.map((form) => Buffer.from(form, 'utf8'));
    this.#longest = Math.max(1, ...this.#forms.map((form) => form.length));
    this.#found = found;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const before = this.#seen.length;
    const bytes = Buffer.concat([this.#seen, chunk]);
    const clean = this.#clean(bytes, before - this.#held, before);
    const beginning = Math.max(0, ...this.#forms.map((form) => beginningAtEnd(bytes, form)));
    // Some of it may have gone on, when it was the smaller part.
    this.#held = Math.min(beginning, clean.length);
    this.#seen = bytes.subarray(Math.max(0, bytes.length - this.#held - this.#longest + 1));
    done(null, clean.subarray(0, clean.length - this.#held));
  }

  override _flush(done: TransformCallback): void {
    const { length } = this.#seen;
    done(null, this.#clean(this.#seen, length - this.#held, length));
  }

  /** A copy of what follows `from`, asterisks instead of texts: `bytes` are compared once more, with what comes next. What ends behind `before` is new. */
  #clean(bytes: Buffer, from: number, before: number): Buffer {
    const clean = Buffer.from(bytes.subarray(from));
    for (const form of this.#forms)
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + form.length)) {
        const end = at + form.length;
        if (end > from) clean.fill('*', Math.max(0, at - from), end - from);
        if (end > before) this.#found();
      }
    return clean;
  }
}

/** How much of a text is held back, bytes: more than anybody guesses who does not know it. */
function heldFrom(length: number): number {
  return Math.max(Math.ceil(length / 2), Math.min(16, Math.ceil((length * 3) / 4)));
}

/** How many of the last bytes may be the beginning of `form`, and its larger part: the most. */
function beginningAtEnd(bytes: Buffer, form: Buffer): number {
  const first = form[0] ?? 0;
  const least = heldFrom(form.length);
  const from = Math.max(0, bytes.length - form.length + 1);
  for (let at = bytes.indexOf(first, from); at >= 0 && bytes.length - at >= least; at = bytes.indexOf(first, at + 1)) {
    const length = bytes.length - at;
    if (bytes.compare(form, 0, length, at) === 0) return length;
  }
  return 0;
}

import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];
type Target = NodeJS.WriteStream;

/** Text in colour, where the stream is a terminal that wants colours (`NO_COLOR` and `FORCE_COLOR` count). */
export function paint(format: Format, text: string, stream: Target = process.stdout): string {
  return styleText(format, text, { stream, validateStream: true });
}

/** Characters of a text as a terminal shows it: without colour codes. */
export function visibleLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001B\[[0-9;]*m/g, '').length;
}

/** Milliseconds for people: `3.14 ms`, `42.0 ms`, `1.25 s`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return '-';
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** Memory for people: `256 MB`, `10,240 MB`. */
export function formatMb(mb: number): string {
  return `${mb.toLocaleString('en-US')} MB`;
}

/** A number of bytes for people: `512 B`, `1.5 KB`, `100.0 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'KB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}

/** The size of code for people, in the units in which it is limited: `1.5 KB`, `100.0 MB` of 1,048,576 bytes. */
export function formatCodeBytes(bytes: number): string {
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** An age for people: `4s`, `12m`, `3h`, `2d`. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

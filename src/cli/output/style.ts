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

/** An age for people: `4s`, `12m`, `3h`, `2d`. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

import { styleText } from 'node:util';
import type { DestinationStream } from 'pino';

const levels: Readonly<Record<number, readonly [string, Parameters<typeof styleText>[0]]>> = {
  10: ['trace', 'dim'],
  20: ['debug', 'dim'],
  30: ['info', 'cyan'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', 'red'],
};
/** What is in each line, or said of it in a place of its own. */
const own: ReadonlySet<string> = new Set(['level', 'time', 'service', 'pid', 'hostname', 'msg', 'err']);

/** Where the service's own log goes: JSON lines, as a stream that is no terminal gets them; on a terminal a person reads it. */
export function logTo(stream: NodeJS.WriteStream): DestinationStream {
  if (!stream.isTTY) return stream;
  const paint: Paint = (format, text) => styleText(format, text, { stream, validateStream: true });
  // What moves on this line, as a spinner, is written again below it.
  return { write: (line) => void stream.write(`\r\u001B[2K${readableLine(line, paint)}\n`) };
}

/** Text in colour, where colours are wanted. */
type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** A line of the log for a person: when (on this machine's clock), what, and what belongs to it; of an error its message, and where it is a defect its stack. */
export function readableLine(json: string, paint: Paint = (_, text) => text): string {
  const line: Record<string, unknown> = Object(JSON.parse(json));
  const [name, colour] = levels[Number(line['level'])] ?? ['info', 'cyan'];
  const at = new Date(Number(line['time'])).toTimeString().slice(0, 8);
  const err: Record<string, unknown> = Object(line['err']);
  const why = textIn(err, 'message');
  const message = why === '' ? '' : ` ${paint(colour, printable(why))}`;
  const more = Object.entries(line).flatMap(([key, value]) =>
    own.has(key) ? [] : [` ${paint('dim', `${key}=${valueText(value)}`)}`],
  );
  const stack = Number(line['level']) < 50 ? [] : stackOf(err).map((each) => `\n    ${paint('dim', printable(each))}`);
  const words = printable(textIn(line, 'msg'));
  return `${paint('dim', at)} ${paint(colour, name.padEnd(5))} ${words}${message}${more.join('')}${stack.join('')}`;
}

/** Where an error came from, without its message. */
function stackOf(err: Readonly<Record<string, unknown>>): readonly string[] {
  return textIn(err, 'stack')
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each.startsWith('at '));
}

function textIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return /^[\w.:/@+-]+$/.test(text) || typeof value !== 'string' ? printable(text) : printable(JSON.stringify(text));
}

/** What a function or a client has named may hold what a terminal would obey. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, (one) => (one === '\n' ? ' ' : '\uFFFD'));
}

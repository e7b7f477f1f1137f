import { DurableError } from './durable-error.ts';

/** A value as it is kept. Throws TypeError for what JSON cannot hold. */
export function textOf(value: unknown): string | undefined {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined && value !== undefined)
    throw new TypeError(`What is kept is JSON, which cannot hold ${typeof value}.`);
  return text;
}

/** The same, of so many bytes at most. Throws DurableError for what is larger. */
export function boundedTextOf(value: unknown, what: string, bytesMax: number): string | undefined {
  const text = textOf(value);
  const bytes = text === undefined ? 0 : new TextEncoder().encode(text).length;
  if (text === undefined || bytes <= bytesMax) return text;
  throw new DurableError('ResultTooLarge', `What ${what} gives may take ${bytesMax} bytes as JSON; it takes ${bytes}.`);
}

/** The same read back: what it was, as far as JSON can say. */
export function valueOf(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

/** An error as it is kept. */
export function errorObject(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { ErrorType: 'Error', ErrorMessage: String(error).slice(0, 8_000) };
  const lines = (error.stack ?? '').split('\n').slice(1, 20);
  return {
    ErrorType: error.name,
    ErrorMessage: error.message.slice(0, 8_000),
    StackTrace: lines.map((line) => line.trim().slice(0, 200)),
  };
}

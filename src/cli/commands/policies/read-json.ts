import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CliError, exitCodes } from '../../exit.ts';

const bytesMax = 262_144;

/** A JSON file; `-` is stdin. Throws CliError (usage). */
export async function readJson(source: string, what: string): Promise<unknown> {
  let bytes: Buffer;
  try {
    bytes = source === '-' ? await buffer(process.stdin) : readFileSync(source);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`Could not read ${what} from ${source}: ${why}.`, exitCodes.usage, { cause });
  }
  if (bytes.length > bytesMax)
    throw new CliError(`${source} has ${bytes.length} bytes; ${what} has at most ${bytesMax}.`, exitCodes.usage);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`${source} is not JSON: ${why}.`, exitCodes.usage, { cause });
  }
}

/** Texts between commas or blanks, of a flag that may be repeated. */
export function listed(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.flatMap((value) => value.split(/[\s,]+/)).filter((value) => value !== '');
}

/** Collects what a flag is given each time. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

import { CliError, exitCodes } from './exit.ts';
import { parseWhole, SettingError } from './settings/parse.ts';

/** The whole number that a flag was given; undefined where it was not given. Throws CliError (usage). */
export function wholeFlag(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseWhole(min, max)(text);
  } catch (cause) {
    if (!(cause instanceof SettingError)) throw cause;
    throw new CliError(`--${flag} ${cause.message}; it is "${text}".`, exitCodes.usage, { cause });
  }
}

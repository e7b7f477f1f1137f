import { limits } from '../../model/limits.ts';
import { CliError, exitCodes } from '../exit.ts';
import { parseDuration, SettingError } from '../settings/parse.ts';

/** Seconds that the executions of a function may take, as `--durable` says it. Throws CliError (usage). */
export function durableFlag(text: string): number {
  try {
    const seconds = parseDuration(text) / 1_000;
    if (seconds >= 1 && seconds <= limits.executionSecondsMax) return Math.floor(seconds);
    throw new SettingError('must be between 1s and 8784h');
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw new CliError(`--durable ${error.message}; it is "${text}".`, exitCodes.usage);
  }
}

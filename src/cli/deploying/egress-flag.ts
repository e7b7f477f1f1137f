import { CliError, exitCodes } from '../exit.ts';
import { parseEgress } from '../settings/parse-egress.ts';
import { SettingError } from '../settings/parse.ts';

/** What `--egress` says. Throws CliError (usage). */
export function egressFlag(text: string): string {
  try {
    return parseEgress(text);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw new CliError(`--egress ${error.message}.`, exitCodes.usage);
  }
}

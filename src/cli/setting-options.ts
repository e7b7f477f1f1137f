import { type Command, Option } from 'commander';
import { allFields } from './settings/fields.ts';

/** Adds a flag for every setting but those the program itself has; or for those that are named. */
export function addSettingOptions(command: Command, only?: ReadonlySet<string>): Command {
  for (const [key, field] of Object.entries(allFields)) {
    if (key === 'home' || only?.has(key) === false) continue;
    const meaning = `${field.description} (default: ${field.fallbackText}; ${field.environment})`;
    command.addOption(new Option(`--${field.flag} <${field.argument}>`, meaning));
  }
  return command
    .option('--config <FILE>', 'settings in a JSON file (default: config.json in the home folder)')
    .option('--expose', 'allow other machines to reach the service: unencrypted HTTP')
    .option('-y, --yes', 'install missing system packages without asking');
}

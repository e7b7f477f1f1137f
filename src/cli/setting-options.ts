import { type Command, Option } from 'commander';
import { fields } from './settings/fields.ts';

/** Adds a flag for every setting but those the program itself has. */
export function addSettingOptions(command: Command): Command {
  for (const [key, field] of Object.entries(fields)) {
    if (key === 'home') continue;
    const meaning = `${field.description} (default: ${field.fallbackText}; ${field.environment})`;
    command.addOption(new Option(`--${field.flag} <${field.argument}>`, meaning));
  }
  return command
    .option('--config <FILE>', 'settings in a JSON file (default: config.json in the home folder)')
    .option('--expose', 'allow other machines to reach the service: unencrypted HTTP')
    .option('-y, --yes', 'install missing system packages without asking');
}

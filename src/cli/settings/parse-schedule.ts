import { Cron } from 'croner';
import type { ProvisionedRule } from '../../model/functions/settings.ts';
import { SettingError } from './parse.ts';

const form =
  'must be NAME:QUALIFIER=COUNT at CRON in ZONE, such as hello:live=5 at 0 8 * * 1-5 in Europe/Berlin; several with ; between';
/** A list in the configuration file comes with commas between, which a cron expression may have, too. */
const between = /;|,(?=\s*(?:\d{12}\/)?[\w-]+:[\w-]+=\d+ at )/;
const rule =
  /^(?:(\d{12})\/)?([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,128})=(\d{1,6}) at (.+?)(?: in ([A-Za-z0-9_+/-]+))?$/;

/** When how many containers of versions and aliases are to be ready. Times are of UTC where no zone is said. */
export function parseSchedule(text: string): readonly ProvisionedRule[] {
  if (text === 'none') return [];
  return text.split(between).map((item) => {
    const [, account, functionName, qualifier, count, cron, timeZone = 'UTC'] = rule.exec(item.trim()) ?? [];
    if (functionName === undefined || qualifier === undefined || cron === undefined) throw new SettingError(form);
    try {
      new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part' }).nextRun();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SettingError(`${form} (${cron} in ${timeZone}: ${why})`);
    }
    const own = account === undefined ? {} : { account };
    return { ...own, functionName, qualifier, count: Number(count), cron, timeZone };
  });
}

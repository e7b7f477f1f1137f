import { auxiliaryLimits, auxiliaryName, whyNoAuxiliaryUrl } from '../../model/auxiliary/auxiliary-service.ts';
import { SettingError } from './parse.ts';

/** `NAME=URL;NAME=URL`. */
export function parseAuxiliaries(text: string): Readonly<Record<string, string>> {
  const items = text
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length > auxiliaryLimits.servicesMax)
    throw new SettingError(`has ${items.length} services; at most ${auxiliaryLimits.servicesMax} are taken`);
  const pairs = items.map((item) => {
    const [, name = '', url = ''] = /^([^=]*)=(.*)$/.exec(item) ?? [];
    if (!auxiliaryName.test(name))
      throw new SettingError(
        'must be NAME=URL, with a name of small letters, digits and dashes, such as signer=http://127.0.0.1:9000',
      );
    const why = whyNoAuxiliaryUrl(url);
    if (why !== undefined) throw new SettingError(`has no address of ${name}: ${why}`);
    return [name, url] as const;
  });
  return Object.fromEntries(pairs);
}

import type { OutsideServiceSetting, Settings } from '../../model/functions/settings.ts';
import { SettingError } from './parse.ts';

const services = ['sqs', 'sns', 'events'] as const;
const texts = ['endpoint', 'region', 'accessKeyId', 'secretAccessKey', 'sessionToken'] as const;

/** JSON: by service how it is reached. */
export function parseDestinations(text: string): Settings['destinations'] {
  const all = objectIn(text, '{"sns": {"endpoint": "https://…", …}}');
  for (const name of Object.keys(all))
    if (!services.some((known) => known === name))
      throw new SettingError(`has "${name}", which is none of ${services.join(', ')}`);
  return Object.fromEntries(
    services.flatMap((service) => (all[service] === undefined ? [] : [[service, settingIn(service, all[service])]])),
  );
}

/** An object of JSON; `example` is one. Throws SettingError. */
export function objectIn(text: string, example: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SettingError('must be JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SettingError(`must be an object of JSON: ${example}`);
}

function settingIn(service: string, value: unknown): OutsideServiceSetting {
  const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const said = Object.fromEntries(
    texts.flatMap((name) => {
      const text = given[name];
      if (text === undefined) return [];
      if (typeof text !== 'string' || text === '')
        throw new SettingError(`must have a text as "${name}" of ${service}`);
      return [[name, text]];
    }),
  );
  const { endpoint, accessKeyId, secretAccessKey } = said;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new SettingError(`must have endpoint, accessKeyId and secretAccessKey of ${service}`);
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new SettingError(`must have a URL as "endpoint" of ${service}`);
  return { ...said, endpoint, accessKeyId, secretAccessKey, ...accountsIn(service, given['accounts']) };
}

/** Accounts that may use what is configured as `service`. Throws SettingError. */
export function accountsIn(service: string, value: unknown): { readonly accounts?: readonly string[] } {
  if (value === undefined) return {};
  const accounts: unknown[] = Array.isArray(value) ? value : [];
  const good = accounts.filter((account) => typeof account === 'string' && /^\d{12}$/.test(account)).map(String);
  if (accounts.length > 0 && good.length === accounts.length) return { accounts: good };
  throw new SettingError(`must have a list of accounts of 12 digits as "accounts" of ${service}`);
}

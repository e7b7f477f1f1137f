import type { Settings } from '../../model/functions/settings.ts';
import type { Prices } from '../../model/accounts/prices.ts';
import type { Field } from './field.ts';
import { SettingError } from './parse.ts';

/** What is taken for what functions use: shown beside it, and added up by nobody. */
export const priceFields: { readonly [K in keyof Pick<Settings, 'prices'>]: Field<Settings[K]> } = {
  prices: {
    flag: 'prices',
    environment: 'HEDDLE_PRICES',
    argument: 'LIST',
    description:
      'what a GB-second and a request cost, as CURRENCY=GBSECOND,REQUEST (EUR=0.0000167,0.0000002): the dashboard and "heddle usage" show money then',
    parse: parsePrices,
    fallback: () => undefined,
    fallbackText: 'none: GB-seconds are shown',
  },
};

const form = /^([A-Z]{3})=(\d+(?:\.\d+)?(?:e-?\d+)?),(\d+(?:\.\d+)?(?:e-?\d+)?)$/i;
/** More is a mistake in the unit. */
const priceMax = 1_000_000;

/** Throws SettingError. */
export function parsePrices(text: string): Prices | undefined {
  if (text === 'none') return undefined;
  const [, currency = '', gbSecond, request] = form.exec(text) ?? [];
  const prices = { currency: currency.toUpperCase(), gbSecond: Number(gbSecond), request: Number(request) };
  if (!(prices.gbSecond <= priceMax && prices.request <= priceMax))
    throw new SettingError(
      'must be none, or a currency of three letters and what a GB-second and a request cost, such as EUR=0.0000167,0.0000002',
    );
  return prices;
}

import { priceOf, type Prices } from '../../../model/accounts/prices.ts';
import type { CallSums } from '../../../model/dashboard/calls.ts';

/** Less is shown as that. */
const [gbSecondsMin, moneyMin] = [0.001, 0.000_001];

/** What calls cost: money, where whoever runs the service says what he takes; otherwise memory for as long as they ran. */
export function cost({ gbSeconds, calls }: Pick<CallSums, 'gbSeconds' | 'calls'>, prices: Prices | undefined): string {
  if (prices === undefined) return amount(gbSeconds, gbSecondsMin, (value) => `${digits(value)} GB·s`);
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: prices.currency,
    maximumSignificantDigits: 3,
  });
  return amount(priceOf(prices, gbSeconds, calls), moneyMin, (value) => format.format(value));
}

/** What it is made of, for people. */
export function costNote(prices: Prices | undefined): string {
  return prices === undefined ? 'memory × time, last hour' : 'memory × time and calls, last hour';
}

function amount(value: number, min: number, text: (value: number) => string): string {
  return value > 0 && value < min ? `< ${text(min)}` : text(value);
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

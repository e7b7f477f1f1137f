import type { Settings } from '../../model/functions/settings.ts';
import type { Field } from './field.ts';
import { parseCapacityByAccount } from './parse-capacity.ts';
import { parseSchedule } from './parse-schedule.ts';
import { parseDuration, parseWhole } from './parse.ts';

type CapacitySettings = Pick<
  Settings,
  | 'accountConcurrency'
  | 'unreservedConcurrency'
  | 'capacityByAccount'
  | 'provisionedSchedule'
  | 'queueMax'
  | 'queueWaitMs'
>;

/** How much may come at once, and what waits. */
export const capacityFields: { readonly [K in keyof CapacitySettings]: Field<CapacitySettings[K]> } = {
  accountConcurrency: {
    flag: 'account-concurrency',
    environment: 'HEDDLE_ACCOUNT_CONCURRENCY',
    argument: 'NUMBER',
    description: 'calls that an account may have at once',
    parse: parseWhole(1, 1_000_000),
    fallback: () => 1_000,
    fallbackText: '1000',
  },
  unreservedConcurrency: {
    flag: 'unreserved-concurrency',
    environment: 'HEDDLE_UNRESERVED_CONCURRENCY',
    argument: 'NUMBER',
    description: 'so many of them functions cannot reserve for themselves',
    parse: parseWhole(0, 1_000_000),
    fallback: () => 100,
    fallbackText: '100',
  },
  capacityByAccount: {
    flag: 'account-capacity',
    environment: 'HEDDLE_ACCOUNT_CAPACITY',
    argument: 'ID=KIND',
    description:
      'ID=dedicated: an instance of that account is always ready; ID=variable or variable:CEILING: its functions give way first ' +
      'where memory is short, and so many of their calls run at once; several with ; between',
    parse: parseCapacityByAccount,
    fallback: () => ({}),
    fallbackText: 'as usual for all',
  },
  provisionedSchedule: {
    flag: 'provisioned-schedule',
    environment: 'HEDDLE_PROVISIONED_SCHEDULE',
    argument: 'RULES',
    description:
      'when provisioned concurrency changes: NAME:QUALIFIER=COUNT at CRON in ZONE, such as hello:live=5 at 0 8 * * 1-5 in Europe/Berlin; ' +
      'several with ; between',
    parse: parseSchedule,
    fallback: () => [],
    fallbackText: 'none',
  },
  queueMax: {
    flag: 'queue-max',
    environment: 'HEDDLE_QUEUE_MAX',
    argument: 'NUMBER',
    description: 'requests that may wait for capacity',
    parse: parseWhole(0, 1_000_000),
    fallback: () => 1_000,
    fallbackText: '1000',
  },
  queueWaitMs: {
    flag: 'queue-wait',
    environment: 'HEDDLE_QUEUE_WAIT',
    argument: 'DURATION',
    description: 'how long a request waits for capacity before it is refused',
    parse: parseDuration,
    fallback: () => 10_000,
    fallbackText: '10s',
  },
};

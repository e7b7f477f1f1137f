import type { EgressSaid } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';
import type { SettingsDocument } from '../../store/settings-contract.ts';
import type { RetryRules } from './schedule.ts';
import { awsDelaysMs } from './schedule.ts';
import { retriesOfTags } from './tags.ts';

/** The kind of document in `Store.settings` that says what becomes of a function's events: one a qualifier, `$LATEST` for none. */
export const eventInvokeKind = 'event-invoke-config';

/** What becomes of the events of a function, called by one qualifier. */
export interface EventRules extends RetryRules {
  /** ARNs. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly deadLetter?: string;
  /** Nothing of it may run at all. */
  readonly reservedZero?: true;
  readonly egress: EgressSaid;
}

/** Where rules are said. */
export interface RuleSources {
  /** The event-invoke-config of the qualifier. */
  readonly config: SettingsDocument | undefined;
  /** The function's; they win, as they can say more. */
  readonly tags: Readonly<Record<string, string>>;
  readonly deadLetter: string | undefined;
  readonly reserved: number | undefined;
  readonly egress: EgressSaid;
}

/** Rules as they are said; AWS's where nothing is. */
export function rulesOf({ config = {}, tags, deadLetter, reserved, egress }: RuleSources): EventRules {
  const said = retriesOfTags(tags);
  const ageS = config['MaximumEventAgeInSeconds'];
  const retries = config['MaximumRetryAttempts'];
  const onSuccess = destinationOf(config, 'OnSuccess');
  const onFailure = destinationOf(config, 'OnFailure');
  return {
    retriesMax: said.retriesMax ?? (typeof retries === 'number' ? retries : limits.eventRetries),
    delaysMs: said.delaysMs ?? awsDelaysMs,
    ageMsMax: said.ageMsMax ?? (typeof ageS === 'number' ? ageS * 1_000 : limits.eventAgeMs),
    ...(onSuccess !== undefined && { onSuccess }),
    ...(onFailure !== undefined && { onFailure }),
    ...(deadLetter !== undefined && deadLetter !== '' && { deadLetter }),
    ...(reserved === 0 && { reservedZero: true as const }),
    egress: {
      ...(egress.egress !== undefined && { egress: egress.egress }),
      ...(egress.egressWithin && { egressWithin: egress.egressWithin }),
    },
  };
}

/** Whether an event has to carry its rules, lest they are forgotten with its function. */
export function saysSomething({ onSuccess, onFailure, deadLetter }: EventRules): boolean {
  return (onSuccess ?? onFailure ?? deadLetter) !== undefined;
}

function destinationOf(config: SettingsDocument, side: string): string | undefined {
  const both: unknown = config['DestinationConfig'];
  const one: unknown = member(both, side);
  const arn: unknown = member(one, 'Destination');
  return typeof arn === 'string' && arn !== '' ? arn : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

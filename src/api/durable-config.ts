import type { DurableSettings } from '../model/executions/execution.ts';
import { limits } from '../model/limits.ts';
import { ApiError } from './errors.ts';
import { optionalInteger, optionalObject, type JsonInput } from './json-input.ts';

/**
 * What a request says of a function's executions; undefined where it says nothing. Their numbers were checked by AWS's model. Throws where it
 * asks for a key of KMS, and for a new function that is not told how long they may take.
 */
export function readDurableConfig(input: JsonInput, now?: DurableSettings): DurableSettings | undefined {
  const config = optionalObject(input, 'DurableConfig');
  if (config === undefined) return undefined;
  if ((config['KMSKeyArn'] ?? '') !== '')
    throw new ApiError(
      'InvalidParameterValueException',
      'DurableConfig.KMSKeyArn is not there. Leave it out of the request.',
    );
  const timeoutSeconds = optionalInteger(config, 'ExecutionTimeout') ?? now?.timeoutSeconds;
  const retentionDays = optionalInteger(config, 'RetentionPeriodInDays') ?? now?.retentionDays;
  if (timeoutSeconds === undefined)
    throw new ApiError('InvalidParameterValueException', 'DurableConfig needs an ExecutionTimeout, in seconds.');
  return { timeoutSeconds, retentionDays: retentionDays ?? limits.executionDaysKept };
}

/** What an update makes of it. Throws for a function that is not durable: it is so from its creation on, or never. */
export function changedDurableConfig(input: JsonInput, now: DurableSettings | undefined): DurableSettings | undefined {
  const changed = readDurableConfig(input, now ?? { timeoutSeconds: 1, retentionDays: 1 });
  if (changed === undefined || now !== undefined) return changed;
  throw new ApiError(
    'InvalidParameterValueException',
    'DurableConfig is set when a function is created: one that has none cannot be made durable. Create another function.',
  );
}

import type { FunctionVersion } from '../model/functions/function.ts';
import { checkLength, checkPattern, constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';
import { optionalObject, optionalString, type JsonInput } from './json-input.ts';

/** What a new function asks for. Throws what AWS throws for a mode that there is not. */
export function readTenancy(input: JsonInput): FunctionVersion['tenancy'] {
  const config = optionalObject(input, 'TenancyConfig');
  if (config === undefined) return undefined;
  const mode = optionalString(config, 'TenantIsolationMode');
  if (mode === 'PER_TENANT') return mode;
  const place = 'tenancyConfig.tenantIsolationMode';
  if (mode === undefined) throw constraintError(place, null, 'Member must not be null');
  throw constraintError(place, mode, 'Member must satisfy enum value set: [PER_TENANT]');
}

/** The tenant that a call names, where it should. Throws what AWS throws where it should and does not, or the other way about. */
export function tenantOf(fn: Pick<FunctionVersion, 'tenancy'>, given: string | undefined): string | undefined {
  if (given !== undefined) {
    checkLength('tenantId', given, 1, 256);
    checkPattern('tenantId', given, '[a-zA-Z0-9\\._:\\/=+\\-@ ]+');
  }
  if (fn.tenancy === undefined && given !== undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    );
  if (fn.tenancy !== undefined && given === undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
    );
  return given;
}

/** Throws where an update would change it: that it never does. */
export function refuseTenancy(input: JsonInput): void {
  if ((input['TenancyConfig'] ?? undefined) === undefined) return;
  throw new ApiError(
    'InvalidParameterValueException',
    'TenancyConfig is set when a function is created and cannot be changed. Leave it out of the request, or create another function.',
  );
}

/** Throws for a function that has tenants: what is asked for names none. `what`: `Function URLs are`. */
export function refuseTenants({ tenancy }: Pick<FunctionVersion, 'tenancy'>, what: string): void {
  if (tenancy === undefined) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `${what} not supported for functions with tenancy configuration: nobody knows which tenant comes.`,
  );
}

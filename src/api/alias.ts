import { versionsOf, type Alias, type AliasRouting } from '../model/functions/alias.ts';
import { latestVersion } from '../model/functions/function.ts';
import { checkLength, checkPattern, constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';
import { optionalObject, type JsonInput } from './json-input.ts';

/** `AliasConfiguration` of the Lambda API. */
export interface AliasConfigurationWire {
  readonly AliasArn: string;
  readonly Name: string;
  readonly FunctionVersion: string;
  readonly Description: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights: Readonly<Record<string, number>> };
  readonly RevisionId: string;
}

/** An alias as AWS shows it; `functionArn` has no qualifier. */
export function aliasConfiguration(alias: Alias, functionArn: string): AliasConfigurationWire {
  const { routing } = alias;
  return {
    AliasArn: `${functionArn}:${alias.alias}`,
    Name: alias.alias,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(routing && { RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } } }),
    RevisionId: alias.revisionId,
  };
}

/** Throws ValidationException for what is no name of an alias: numbers are versions'. */
export function checkAliasName(name: string): void {
  checkLength('name', name, 1, 128);
  checkPattern('name', name, '(?!^[0-9]+$)([a-zA-Z0-9-_]+)');
}

/** The same of versions that an alias may lead to. */
export function checkAliasVersion(version: string): void {
  checkLength('functionVersion', version, 1, 1_024);
  checkPattern('functionVersion', version, '(\\$LATEST(\\.PUBLISHED)?|[0-9]+)');
}

/** The same of an alias's description. */
export function checkAliasDescription(description: string): void {
  checkLength('description', description, 0, 256);
}

/**
 * Reads `RoutingConfig`; null where it says that there is to be none, undefined where it is not there. Throws ValidationException for versions
 * that are no numbers and weights outside 0 … 1, and InvalidParameterValueException for more than one version.
 */
export function aliasRouting(input: JsonInput): AliasRouting | null | undefined {
  const config = optionalObject(input, 'RoutingConfig');
  if (config === undefined) return undefined;
  const weights = Object.entries(optionalObject(config, 'AdditionalVersionWeights') ?? {});
  if (weights.length > 1)
    throw new ApiError(
      'InvalidParameterValueException',
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    );
  const [only] = weights;
  if (only === undefined) return null;
  const [version, weight] = only;
  if (typeof weight !== 'number' || weight < 0 || weight > 1)
    throw routingError(
      version,
      weight,
      'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]',
    );
  if (!/^\d{1,1024}$/.test(version))
    throw routingError(
      version,
      weight,
      'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]',
    );
  return { version, weight };
}

/** Throws InvalidParameterValueException for an alias that divides its invocations as none may. */
export function checkRouting(alias: Alias): void {
  const [version, other] = versionsOf(alias);
  if (other === undefined) return;
  if (version === latestVersion)
    throw new ApiError(
      'InvalidParameterValueException',
      '$LATEST is not supported for an alias pointing to more than 1 version',
    );
  if (version === other)
    throw new ApiError(
      'InvalidParameterValueException',
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
}

function routingError(version: string, weight: unknown, constraint: string): ApiError {
  // AWS prints numbers as Java does.
  const shown = Number.isInteger(weight) ? `${String(weight)}.0` : String(weight);
  return constraintError('routingConfig.additionalVersionWeights', `{${version}=${shown}}`, constraint);
}

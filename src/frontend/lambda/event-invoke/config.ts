import { ApiError } from '../../../api/errors.ts';
import { optionalInteger, optionalObject, optionalString, type JsonInput } from '../../../api/json-input.ts';
import { functionArn, functionRef, type FunctionRef } from '../../../api/function-ref.ts';
import { httpService, outsideServices } from '../../../events/destinations/destination.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import type { SettingsDocument, SettingsEntry } from '../../../store/settings-contract.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn, resolveFunction } from '../find-function.ts';
import { checkReachable } from './check-reachable.ts';

/** Services that results can go to. */
const services: ReadonlySet<string> = new Set(['lambda', 's3', httpService, ...outsideServices]);

/** The reference with its qualifier written out: a configuration is of `$LATEST` where none is given. */
export function configured(ref: FunctionRef): FunctionRef & { readonly qualifier: string } {
  return { ...ref, qualifier: ref.qualifier ?? latestVersion };
}

/** Throws ResourceNotFoundException in the words that AWS has for these operations. */
export async function checkThere({ store }: Pick<LambdaContext, 'store'>, ref: FunctionRef): Promise<void> {
  await resolveFunction(store, ref).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.name !== 'ResourceNotFoundException') throw error;
    throw new ApiError('ResourceNotFoundException', "The function doesn't exist.", { cause: error });
  });
}

export function noConfig(ref: FunctionRef): ApiError {
  const arn = qualifiedArn(configured(ref));
  return new ApiError('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`);
}

/** What a request says, checked; the destinations' functions are there. Throws InvalidParameterValueException. */
export async function readConfig(
  context: Pick<LambdaContext, 'store' | 'events'>,
  ref: FunctionRef,
  region: string,
  input: JsonInput,
): Promise<SettingsDocument> {
  const retries = optionalInteger(input, 'MaximumRetryAttempts');
  const age = optionalInteger(input, 'MaximumEventAgeInSeconds');
  const destinations = optionalObject(input, 'DestinationConfig');
  if (retries === undefined && age === undefined && destinations === undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'You must specify at least one of error handling or destination setting.',
    );
  const onSuccess = destinationOf(destinations, 'OnSuccess');
  const onFailure = destinationOf(destinations, 'OnFailure');
  for (const arn of [onSuccess, onFailure])
    if (arn !== undefined) await checkDestination(context, ref, region, arn, shownConfig(onSuccess, onFailure));
  return {
    ...(retries !== undefined && { MaximumRetryAttempts: retries }),
    ...(age !== undefined && { MaximumEventAgeInSeconds: age }),
    ...(destinations !== undefined && {
      DestinationConfig: { OnSuccess: destinationWire(onSuccess), OnFailure: destinationWire(onFailure) },
    }),
  };
}

/** A configuration as AWS shows it. */
export function configWire({ document, ...key }: SettingsEntry, region: string): object {
  const FunctionArn = `${functionArn({ account: key.account, region }, key.name)}:${key.qualifier}`;
  return { DestinationConfig: { OnSuccess: {}, OnFailure: {} }, ...document, FunctionArn };
}

function destinationOf(config: JsonInput | undefined, name: 'OnSuccess' | 'OnFailure'): string | undefined {
  const side = config === undefined ? undefined : optionalObject(config, name);
  return (side === undefined ? undefined : optionalString(side, 'Destination')) || undefined;
}

function destinationWire(arn: string | undefined): object {
  return arn === undefined ? {} : { Destination: arn };
}

async function checkDestination(
  context: Pick<LambdaContext, 'store' | 'events'>,
  ref: FunctionRef,
  region: string,
  arn: string,
  shown: string,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new ApiError('InvalidParameterValueException', why);
  };
  const [, , service = ''] = arn.split(':');
  if (!services.has(service)) refuse(`The provided destination config ${shown} is invalid.`);
  const scope = { account: ref.account, region };
  if (service !== 'lambda') return await checkReachable(context.events, arn, scope);
  const target = functionRef(arn, scope);
  if (target.name === ref.name) refuse("You can't specify the function as a destination for itself.");
  const found = await resolveFunction(context.store, target).catch(() => undefined);
  if (found === undefined) refuse(`The destination ARN ${arn} is invalid.`);
}

/** As AWS's own objects print themselves. */
function shownConfig(onSuccess: string | undefined, onFailure: string | undefined): string {
  const shown = (name: string, arn: string | undefined): string =>
    arn === undefined ? 'null' : `${name}(destination=${arn})`;
  return `DestinationConfig(onSuccess=${shown('OnSuccess', onSuccess)}, onFailure=${shown('OnFailure', onFailure)})`;
}

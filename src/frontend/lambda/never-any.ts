import { ApiError } from '../../api/errors.ts';
import { jsonInput, requiredString } from '../../api/json-input.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { ApiReply, ApiRequest, Operation } from '../routes/operation.ts';
import type { LambdaContext } from './context.ts';
import { findFunction } from './find-function.ts';

/**
 * Reading, changing and deleting what can never be made here (`unsupported.ts` refuses that): there is none, which infrastructure tools ask
 * before they do anything else, and which AWS says in these words.
 */
export function neverAny({ store }: LambdaContext): readonly Operation[] {
  const answer = (
    name: string,
    method: Operation['method'],
    path: string,
    run: (request: ApiRequest) => Promise<ApiReply>,
  ): Operation => ({ name, method, path, bodyBytesMax: smallBodyBytesMax, run });
  const noConfig = (request: ApiRequest): Promise<never> =>
    notFound(`The Lambda code signing configuration ${request.parameter('codeSigningConfigArn')} can not be found.`);
  const noSuchThing = (): Promise<never> => notFound('The resource you requested does not exist.');
  return [
    answer('ListCodeSigningConfigs', 'GET', signing, () => list('CodeSigningConfigs')),
    answer('GetCodeSigningConfig', 'GET', `${signing}/:codeSigningConfigArn`, noConfig),
    answer('UpdateCodeSigningConfig', 'PUT', `${signing}/:codeSigningConfigArn`, noConfig),
    answer('DeleteCodeSigningConfig', 'DELETE', `${signing}/:codeSigningConfigArn`, noConfig),
    answer('ListFunctionsByCodeSigningConfig', 'GET', `${signing}/:codeSigningConfigArn/functions`, noConfig),
    answer('PutFunctionCodeSigningConfig', 'PUT', ofFunction, async (request) => {
      const arn = requiredString(jsonInput(request.body), 'CodeSigningConfigArn');
      throw new ApiError(
        'CodeSigningConfigNotFoundException',
        `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
      );
    }),
    answer('DeleteFunctionCodeSigningConfig', 'DELETE', ofFunction, async (request) => {
      await findFunction(store, request);
      return { status: 204 };
    }),
    answer('ListCapacityProviders', 'GET', providers, () => list('CapacityProviders')),
    answer('GetCapacityProvider', 'GET', `${providers}/:capacityProviderName`, noSuchThing),
    answer('UpdateCapacityProvider', 'PUT', `${providers}/:capacityProviderName`, noSuchThing),
    answer('DeleteCapacityProvider', 'DELETE', `${providers}/:capacityProviderName`, noSuchThing),
    answer(
      'ListFunctionVersionsByCapacityProvider',
      'GET',
      `${providers}/:capacityProviderName/function-versions`,
      noSuchThing,
    ),
  ];
}

const signing = '/2020-04-22/code-signing-configs';
const ofFunction = '/2020-06-30/functions/:functionName/code-signing-config';
const providers = '/2025-11-30/capacity-providers';

function list(name: string): Promise<ApiReply> {
  return Promise.resolve({ status: 200, body: { [name]: [] } });
}

function notFound(message: string): Promise<never> {
  return Promise.reject(new ApiError('ResourceNotFoundException', message));
}

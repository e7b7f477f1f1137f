import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString, requiredString } from '../../../api/json-input.ts';
import { runtimeVersionArn } from '../../../api/runtime-version.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn, requestedFunction, resolveFunction } from '../find-function.ts';

const path = '/2021-07-20/functions/:functionName/runtime-management-config';
const kind = 'runtime-management-config';

/** When a function's runtime is renewed. There is one of each kind here, and it is the service's: what is said is kept and shown. */
export function getRuntimeManagementConfig(context: LambdaContext): Operation {
  return {
    name: 'GetRuntimeManagementConfig',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { ref, qualifier, FunctionArn } = await managed(context, request);
      const kept = context.store.settings.get(ref.account, ref.name, qualifier, kind);
      return { status: 200, body: { UpdateRuntimeOn: 'Auto', ...kept, FunctionArn } };
    },
  };
}

export function putRuntimeManagementConfig(context: LambdaContext): Operation {
  return {
    name: 'PutRuntimeManagementConfig',
    method: 'PUT',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { ref, qualifier, FunctionArn, there } = await managed(context, request);
      const input = jsonInput(request.body);
      const UpdateRuntimeOn = requiredString(input, 'UpdateRuntimeOn');
      const given = optionalString(input, 'RuntimeVersionArn');
      checkVersion(UpdateRuntimeOn, given, there);
      const document = { UpdateRuntimeOn, ...(given !== undefined && { RuntimeVersionArn: given }) };
      await context.store.settings.put(ref.account, ref.name, qualifier, kind, document);
      return { status: 200, body: { ...document, FunctionArn } };
    },
  };
}

function checkVersion(mode: string, given: string | undefined, there: string): void {
  const refuse = (why: string): never => {
    throw new ApiError('InvalidParameterValueException', why);
  };
  if (mode !== 'Manual' && given !== undefined)
    refuse(`A RuntimeVersionArn goes with UpdateRuntimeOn Manual only, not with ${mode}.`);
  if (mode !== 'Manual') return;
  if (given === undefined) refuse('UpdateRuntimeOn Manual needs the RuntimeVersionArn to stay with.');
  if (given !== there) refuse(`This service has one version of the function's runtime, ${there}, and not ${given}.`);
}

async function managed({ store }: LambdaContext, request: ApiRequest) {
  const ref = requestedFunction(request);
  const { record } = await resolveFunction(store, ref);
  const qualifier = ref.qualifier ?? latestVersion;
  return { ref, qualifier, FunctionArn: qualifiedArn({ ...ref, qualifier }), there: runtimeVersionArn(record.latest) };
}

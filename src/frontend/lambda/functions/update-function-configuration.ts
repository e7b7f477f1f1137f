import { functionConfiguration } from '../../../api/function-configuration.ts';
import { functionSettings } from '../../../api/function-settings.ts';
import { jsonInput, optionalString } from '../../../api/json-input.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction, unversioned } from '../find-function.ts';
import { applyUpdate } from './apply-update.ts';

export function updateFunctionConfiguration(context: LambdaContext): Operation {
  return {
    name: 'UpdateFunctionConfiguration',
    method: 'PUT',
    path: `${functionsPath}/:functionName/configuration`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = unversioned(requestedFunction(request));
      const input = jsonInput(request.body);
      checkUnsupported(input);
      const change = functionSettings(input);
      const record = await applyUpdate(context, request.scope, ref, change, optionalString(input, 'RevisionId'));
      return { status: 200, body: functionConfiguration(record) };
    },
  };
}

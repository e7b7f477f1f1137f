import { changedDurableConfig } from '../../../api/durable-config.ts';
import { changedConfiguration } from '../../../api/function-configuration.ts';
import { functionSettings } from '../../../api/function-settings.ts';
import { jsonInput, optionalString, type JsonInput } from '../../../api/json-input.ts';
import { refuseTenancy } from '../../../api/tenancy.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction, requestedFunction, unversioned } from '../find-function.ts';
import { checkDeadLetter } from '../event-invoke/check-dead-letter.ts';
import { checkTogether, functionLayers } from '../layers/function-layers.ts';
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
      refuseTenancy(input);
      const layered = await functionLayers(context, request.scope, input);
      if (layered.layers !== undefined) {
        const current = await findFunction(context.store, request);
        checkTogether((await context.codeStore.read(current.latest.codeSha256)).bytes, layered.layers);
      }
      const durable =
        (input['DurableConfig'] ?? undefined) === undefined ? undefined : await changedDurable(context, request, input);
      const change = { ...functionSettings(input), ...layered, ...(durable !== undefined && { durable }) };
      await checkDeadLetter(context.events, change.deadLetter, request.scope);
      const record = await applyUpdate(context, request.scope, ref, change, optionalString(input, 'RevisionId'));
      return { status: 200, body: changedConfiguration(record, 'updated') };
    },
  };
}

async function changedDurable(
  { store }: LambdaContext,
  request: ApiRequest,
  input: JsonInput,
): Promise<FunctionVersion['durable']> {
  const { latest } = await findFunction(store, request);
  return changedDurableConfig(input, latest.durable);
}

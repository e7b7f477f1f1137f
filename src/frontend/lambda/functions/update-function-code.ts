import { functionConfiguration } from '../../../api/function-configuration.ts';
import { jsonInput, optionalBoolean, optionalString } from '../../../api/json-input.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction, requestedFunction, unversioned } from '../find-function.ts';
import { applyUpdate } from './apply-update.ts';
import { uploadBytesMax, uploadedZip } from './uploaded-zip.ts';

export function updateFunctionCode(context: LambdaContext): Operation {
  return {
    name: 'UpdateFunctionCode',
    method: 'PUT',
    path: `${functionsPath}/:functionName/code`,
    bodyBytesMax: uploadBytesMax,
    async run(request) {
      const ref = unversioned(requestedFunction(request));
      const input = jsonInput(request.body);
      checkUnsupported(input);
      // Before the zip is looked at: unpacking it is the dear part.
      const current = await findFunction(context.store.functions, request);
      using code = await context.codeStore.put(uploadedZip(input));
      const change = { codeSha256: code.sha256, codeBytes: code.zipBytes };
      if (optionalBoolean(input, 'DryRun'))
        return { status: 200, body: functionConfiguration({ ...current, latest: { ...current.latest, ...change } }) };
      const record = await applyUpdate(context, request.scope, ref, change, optionalString(input, 'RevisionId'));
      return { status: 200, body: functionConfiguration(record) };
    },
  };
}

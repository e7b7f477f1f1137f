import { changedConfiguration, functionConfiguration } from '../../../api/function-configuration.ts';
import { jsonInput, optionalBoolean, optionalString } from '../../../api/json-input.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction, requestedFunction, unversioned } from '../find-function.ts';
import { checkTogether } from '../layers/function-layers.ts';
import { publish } from '../versions/publish.ts';
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
      const publishes = optionalBoolean(input, 'Publish');
      // Before the zip is looked at: unpacking it is the dear part.
      const current = await findFunction(context.store, request);
      const zip = uploadedZip(input);
      const { layers = [], codeBytes } = current.latest;
      using _room = await context.codeQuota.reserve(request.scope.account, zip.length, codeBytes);
      using code = await context.codeStore.put(zip);
      if (layers.length > 0) checkTogether((await context.codeStore.read(code.sha256)).bytes, layers);
      const change = { codeSha256: code.sha256, codeBytes: code.zipBytes };
      if (optionalBoolean(input, 'DryRun'))
        return { status: 200, body: functionConfiguration({ ...current, latest: { ...current.latest, ...change } }) };
      const record = await applyUpdate(context, request.scope, ref, change, optionalString(input, 'RevisionId'));
      if (!publishes) return { status: 200, body: changedConfiguration(record, 'updated') };
      const version = await publish(context, ref, { whileChanging: true });
      const { number, createdAt } = version;
      // Where nothing has changed, it is one that was there.
      const body =
        createdAt === record.latest.modifiedAt
          ? changedConfiguration(version, 'created', String(number))
          : functionConfiguration(version, String(number));
      return { status: 200, body };
    },
  };
}

import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import { functionConfiguration } from '../../../api/function-configuration.ts';
import { functionRef } from '../../../api/function-ref.ts';
import { newFunctionSettings } from '../../../api/function-settings.ts';
import { jsonInput, optionalObject, optionalStrings, requiredString } from '../../../api/json-input.ts';
import { checkTags } from '../../../api/tags.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { checkFits } from './check-fits.ts';
import { createdRecord } from './record-changes.ts';
import { uploadBytesMax, uploadedZip } from './uploaded-zip.ts';

export function createFunction({
  store,
  codeStore,
  preparation,
  clock,
  settings: { memoryMb: totalMb },
}: LambdaContext): Operation {
  return {
    name: 'CreateFunction',
    method: 'POST',
    path: functionsPath,
    bodyBytesMax: uploadBytesMax,
    async run({ body, scope }) {
      const input = jsonInput(body);
      const ref = functionRef(requiredString(input, 'FunctionName'), scope);
      if (ref.qualifier !== undefined)
        throw new ApiError(
          'InvalidParameterValueException',
          `A new function's name has no qualifier (${ref.qualifier}).`,
        );
      const settings = newFunctionSettings(input, scope.account);
      checkFits(settings, totalMb);
      const tags = optionalStrings(input, 'Tags') ?? {};
      checkTags(tags);
      checkUnsupported(input);
      const zip = uploadedZip(optionalObject(input, 'Code') ?? {});
      using code = await codeStore.put(zip);
      const latest = {
        account: scope.account,
        name: ref.name,
        arn: ref.arn,
        version: '$LATEST',
        revisionId: randomUUID(),
        ...settings,
        codeSha256: code.sha256,
        codeBytes: code.zipBytes,
        modifiedAt: clock.wall(),
      };
      const record = createdRecord(latest, tags, preparation.isPrepared(latest));
      await store.functions.create(record);
      preparation.begin(record);
      return { status: 201, body: functionConfiguration(record) };
    },
  };
}

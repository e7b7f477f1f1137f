import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import { readDurableConfig } from '../../../api/durable-config.ts';
import { changedConfiguration } from '../../../api/function-configuration.ts';
import { functionRef } from '../../../api/function-ref.ts';
import { newFunctionSettings } from '../../../api/function-settings.ts';
import {
  jsonInput,
  optionalBoolean,
  optionalObject,
  optionalStrings,
  requiredString,
} from '../../../api/json-input.ts';
import { shownValue, validationMessage } from '../../../api/model/faults.ts';
import { checkTags } from '../../../api/tags.ts';
import { readTenancy } from '../../../api/tenancy.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import type { Operation } from '../../routes/operation.ts';
import { capacityOfTags } from '../../checked-capacity.ts';
import { checkRetries } from '../../checked-retries.ts';
import { checkPolicies, policiesOfTags } from '../../checked-policies.ts';
import { egressOfTags, secretsOfTags } from '../../checked-egress.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { checkTogether, functionLayers } from '../layers/function-layers.ts';
import { publish } from '../versions/publish.ts';
import { checkDeadLetter } from '../event-invoke/check-dead-letter.ts';
import { checkFits, checkRuns } from './check-fits.ts';
import { createdRecord } from './record-changes.ts';
import { uploadBytesMax, uploadedZip } from './uploaded-zip.ts';

const nameLengthMax = 64;

export function createFunction(context: LambdaContext): Operation {
  const { store, codeStore, codeQuota, preparation, clock } = context;
  return {
    name: 'CreateFunction',
    method: 'POST',
    path: functionsPath,
    bodyBytesMax: uploadBytesMax,
    async run({ body, scope }) {
      const input = jsonInput(body);
      const ref = functionRef(requiredString(input, 'FunctionName'), scope);
      checkNewName(ref.name);
      if (ref.qualifier !== undefined)
        throw new ApiError(
          'InvalidParameterValueException',
          `A new function's name has no qualifier (${ref.qualifier}).`,
        );
      // First: a function of a container image has no runtime to be asked for.
      checkUnsupported(input);
      const settings = newFunctionSettings(input, scope.account);
      checkFits(settings, context);
      checkRuns(settings, context.whyMissing);
      const tags = optionalStrings(input, 'Tags') ?? {};
      checkTags(tags);
      checkRetries(tags);
      const egress = egressOfTags(tags);
      const secrets = secretsOfTags(tags);
      const capacity = capacityOfTags(tags);
      const policies = policiesOfTags(tags);
      checkPolicies(context.policies, scope.account, policies);
      const tenancy = readTenancy(input);
      const durable = readDurableConfig(input);
      const publishes = optionalBoolean(input, 'Publish');
      await checkDeadLetter(context.events, settings.deadLetter, scope);
      const zip = uploadedZip(optionalObject(input, 'Code') ?? {});
      const layered = await functionLayers({ store }, scope, input);
      using _room = await codeQuota.reserve(scope.account, zip.length);
      using code = await codeStore.put(zip);
      if (layered.layers !== undefined) checkTogether((await codeStore.read(code.sha256)).bytes, layered.layers);
      const latest = {
        account: scope.account,
        name: ref.name,
        arn: ref.arn,
        version: '$LATEST',
        revisionId: randomUUID(),
        ...settings,
        ...layered,
        ...(egress === undefined ? {} : { egress }),
        ...(secrets === undefined ? {} : { secrets }),
        ...(tenancy === undefined ? {} : { tenancy }),
        ...(capacity === undefined ? {} : { capacity }),
        ...(policies === undefined ? {} : { policies }),
        ...(durable === undefined ? {} : { durable }),
        codeSha256: code.sha256,
        codeBytes: code.zipBytes,
        modifiedAt: clock.wall(),
      };
      const record = createdRecord(latest, tags, preparation.preparedAs(latest));
      await store.functions.create(record);
      preparation.begin(record);
      const version = publishes ? await publish(context, ref, { whileChanging: true }) : record;
      return { status: 201, body: changedConfiguration(version, 'created') };
    },
  };
}

/** Only here does AWS mind a name's length, and with another error than all others of its kind. */
function checkNewName(name: string): void {
  if (name.length <= nameLengthMax) return;
  const constraint = `Member must have length less than or equal to ${nameLengthMax}`;
  const fault = { shown: shownValue(name), member: 'functionName', constraint };
  throw new ApiError('InvalidParameterValueException', validationMessage([fault]));
}

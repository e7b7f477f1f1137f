import type { Operation } from '../operation.ts';
import type { LambdaContext } from './context.ts';
import { createFunction } from './functions/create-function.ts';
import { deleteFunction } from './functions/delete-function.ts';
import { getFunctionCodeSigningConfig } from './functions/get-function-code-signing-config.ts';
import { getFunctionConcurrency } from './functions/get-function-concurrency.ts';
import { getFunctionConfiguration } from './functions/get-function-configuration.ts';
import { getFunction } from './functions/get-function.ts';
import { getPolicy } from './functions/get-policy.ts';
import { listFunctions } from './functions/list-functions.ts';
import { listVersionsByFunction } from './functions/list-versions-by-function.ts';
import { updateFunctionCode } from './functions/update-function-code.ts';
import { updateFunctionConfiguration } from './functions/update-function-configuration.ts';
import { getAccountSettings } from './get-account-settings.ts';
import { invoke } from './invocation/invoke.ts';
import { listTags } from './tags/list-tags.ts';
import { tagResource } from './tags/tag-resource.ts';
import { untagResource } from './tags/untag-resource.ts';
import { unsupported } from './unsupported.ts';

/** Every operation of the Lambda API. */
export function lambdaOperations(context: LambdaContext): readonly Operation[] {
  return [
    invoke(context),
    createFunction(context),
    getFunction(context),
    getFunctionConfiguration(context),
    listFunctions(context),
    updateFunctionCode(context),
    updateFunctionConfiguration(context),
    deleteFunction(context),
    getAccountSettings(context),
    getFunctionCodeSigningConfig(context),
    getFunctionConcurrency(context),
    getPolicy(context),
    listVersionsByFunction(context),
    listTags(context),
    tagResource(context),
    untagResource(context),
    ...unsupported(),
  ];
}

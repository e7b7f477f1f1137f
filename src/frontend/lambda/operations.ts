import type { Operation } from '../operation.ts';
import type { LambdaContext } from './context.ts';
import { createFunction } from './create-function.ts';
import { deleteFunction } from './delete-function.ts';
import { getAccountSettings } from './get-account-settings.ts';
import { getFunctionCodeSigningConfig } from './get-function-code-signing-config.ts';
import { getFunctionConcurrency } from './get-function-concurrency.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';
import { getFunction } from './get-function.ts';
import { getPolicy } from './get-policy.ts';
import { invoke } from './invoke.ts';
import { listFunctions } from './list-functions.ts';
import { listTags } from './list-tags.ts';
import { listVersionsByFunction } from './list-versions-by-function.ts';
import { tagResource } from './tag-resource.ts';
import { unsupported } from './unsupported.ts';
import { untagResource } from './untag-resource.ts';
import { updateFunctionCode } from './update-function-code.ts';
import { updateFunctionConfiguration } from './update-function-configuration.ts';

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

import { expecting } from '../hints/expecting.ts';
import type { Operation } from '../routes/operation.ts';
import { createAlias } from './aliases/create-alias.ts';
import { deleteAlias } from './aliases/delete-alias.ts';
import { getAlias } from './aliases/get-alias.ts';
import { listAliases } from './aliases/list-aliases.ts';
import { updateAlias } from './aliases/update-alias.ts';
import type { LambdaContext } from './context.ts';
import { deleteFunctionConcurrency } from './capacity/delete-function-concurrency.ts';
import { deleteProvisionedConcurrencyConfig } from './capacity/delete-provisioned-concurrency-config.ts';
import { getFunctionConcurrency } from './capacity/get-function-concurrency.ts';
import { getProvisionedConcurrencyConfig } from './capacity/get-provisioned-concurrency-config.ts';
import { putFunctionConcurrency } from './capacity/put-function-concurrency.ts';
import { putProvisionedConcurrencyConfig } from './capacity/put-provisioned-concurrency-config.ts';
import { eventInvokeOperations } from './event-invoke/operations.ts';
import { eventSourceOperations } from './event-sources/operations.ts';
import { executionOperations } from './executions/operations.ts';
import { createFunction } from './functions/create-function.ts';
import { deleteFunction } from './functions/delete-function.ts';
import { getFunctionCodeSigningConfig } from './functions/get-function-code-signing-config.ts';
import { getFunctionConfiguration } from './functions/get-function-configuration.ts';
import { getFunction } from './functions/get-function.ts';
import { listFunctions } from './functions/list-functions.ts';
import { updateFunctionCode } from './functions/update-function-code.ts';
import { updateFunctionConfiguration } from './functions/update-function-configuration.ts';
import { getAccountSettings } from './get-account-settings.ts';
import { invoke } from './invocation/invoke.ts';
import { deleteLayerVersion } from './layers/delete-layer-version.ts';
import { getLayerVersion } from './layers/get-layer-version.ts';
import {
  addLayerVersionPermission,
  getLayerVersionPolicy,
  removeLayerVersionPermission,
} from './layers/layer-policy.ts';
import { listLayers, listLayerVersions } from './layers/list-layers.ts';
import { publishLayerVersion } from './layers/publish-layer-version.ts';
import { modelled } from './modelled.ts';
import { neverAny } from './never-any.ts';
import { getFunctionRecursionConfig, putFunctionRecursionConfig } from './settings/recursion-config.ts';
import { getRuntimeManagementConfig, putRuntimeManagementConfig } from './settings/runtime-management-config.ts';
import { getFunctionScalingConfig } from './settings/scaling-config.ts';
import { policyOperations } from './policy/operations.ts';
import { listTags } from './tags/list-tags.ts';
import { tagResource } from './tags/tag-resource.ts';
import { untagResource } from './tags/untag-resource.ts';
import { invokeWithResponseStream } from './streaming/invoke-with-response-stream.ts';
import { unsupported } from './unsupported.ts';
import { createFunctionUrlConfig } from './urls/create-function-url-config.ts';
import { deleteFunctionUrlConfig } from './urls/delete-function-url-config.ts';
import { getFunctionUrlConfig } from './urls/get-function-url-config.ts';
import { listFunctionUrlConfigs } from './urls/list-function-url-configs.ts';
import { updateFunctionUrlConfig } from './urls/update-function-url-config.ts';
import { listVersionsByFunction } from './versions/list-versions-by-function.ts';
import { publishVersion } from './versions/publish-version.ts';

/** Every operation of the Lambda API. */
export function lambdaOperations(context: LambdaContext): readonly Operation[] {
  const operations = [
    expecting(context, invoke(context)),
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
    listVersionsByFunction(context),
    listTags(context),
    tagResource(context),
    untagResource(context),
    publishLayerVersion(context),
    getLayerVersion(context),
    listLayers(context),
    listLayerVersions(context),
    deleteLayerVersion(context),
    addLayerVersionPermission(context),
    getLayerVersionPolicy(context),
    removeLayerVersionPermission(context),
    expecting(context, invokeWithResponseStream(context)),
    createFunctionUrlConfig(context),
    getFunctionUrlConfig(context),
    updateFunctionUrlConfig(context),
    deleteFunctionUrlConfig(context),
    listFunctionUrlConfigs(context),
    publishVersion(context),
    createAlias(context),
    getAlias(context),
    listAliases(context),
    updateAlias(context),
    deleteAlias(context),
    putFunctionConcurrency(context),
    deleteFunctionConcurrency(context),
    putProvisionedConcurrencyConfig(context),
    getProvisionedConcurrencyConfig(context),
    deleteProvisionedConcurrencyConfig(context),
    getFunctionRecursionConfig(context),
    putFunctionRecursionConfig(context),
    getRuntimeManagementConfig(context),
    putRuntimeManagementConfig(context),
    getFunctionScalingConfig(context),
    ...eventInvokeOperations(context),
    ...eventSourceOperations(context),
    ...policyOperations(context),
    ...executionOperations(context),
    ...neverAny(context),
  ];
  return [...operations, ...unsupported(operations)].map(modelled);
}

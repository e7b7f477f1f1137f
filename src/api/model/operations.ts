import type { ModelOperation } from './shape.ts';

// Made by tools/lambda-model.ts from the model that AWS publishes with botocore.

/** Every operation of the model. */
export const modelOperations: Readonly<Record<string, ModelOperation>> = {
  AddLayerVersionPermission: {
    method: 'POST',
    uri: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy',
    input: 'AddLayerVersionPermissionRequest',
  },
  AddPermission: { method: 'POST', uri: '/2015-03-31/functions/{FunctionName}/policy', input: 'AddPermissionRequest' },
  CheckpointDurableExecution: {
    method: 'POST',
    uri: '/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint',
    input: 'CheckpointDurableExecutionRequest',
  },
  CreateAlias: { method: 'POST', uri: '/2015-03-31/functions/{FunctionName}/aliases', input: 'CreateAliasRequest' },
  CreateCapacityProvider: {
    method: 'POST',
    uri: '/2025-11-30/capacity-providers',
    input: 'CreateCapacityProviderRequest',
  },
  CreateCodeSigningConfig: {
    method: 'POST',
    uri: '/2020-04-22/code-signing-configs',
    input: 'CreateCodeSigningConfigRequest',
  },
  CreateEventSourceMapping: {
    method: 'POST',
    uri: '/2015-03-31/event-source-mappings',
    input: 'CreateEventSourceMappingRequest',
  },
  CreateFunction: { method: 'POST', uri: '/2015-03-31/functions', input: 'CreateFunctionRequest' },
  CreateFunctionUrlConfig: {
    method: 'POST',
    uri: '/2021-10-31/functions/{FunctionName}/url',
    input: 'CreateFunctionUrlConfigRequest',
  },
  DeleteAlias: {
    method: 'DELETE',
    uri: '/2015-03-31/functions/{FunctionName}/aliases/{Name}',
    input: 'DeleteAliasRequest',
  },
  DeleteCapacityProvider: {
    method: 'DELETE',
    uri: '/2025-11-30/capacity-providers/{CapacityProviderName}',
    input: 'DeleteCapacityProviderRequest',
  },
  DeleteCodeSigningConfig: {
    method: 'DELETE',
    uri: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
    input: 'DeleteCodeSigningConfigRequest',
  },
  DeleteEventSourceMapping: {
    method: 'DELETE',
    uri: '/2015-03-31/event-source-mappings/{UUID}',
    input: 'DeleteEventSourceMappingRequest',
  },
  DeleteFunction: { method: 'DELETE', uri: '/2015-03-31/functions/{FunctionName}', input: 'DeleteFunctionRequest' },
  DeleteFunctionCodeSigningConfig: {
    method: 'DELETE',
    uri: '/2020-06-30/functions/{FunctionName}/code-signing-config',
    input: 'DeleteFunctionCodeSigningConfigRequest',
  },
  DeleteFunctionConcurrency: {
    method: 'DELETE',
    uri: '/2017-10-31/functions/{FunctionName}/concurrency',
    input: 'DeleteFunctionConcurrencyRequest',
  },
  DeleteFunctionEventInvokeConfig: {
    method: 'DELETE',
    uri: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    input: 'DeleteFunctionEventInvokeConfigRequest',
  },
  DeleteFunctionUrlConfig: {
    method: 'DELETE',
    uri: '/2021-10-31/functions/{FunctionName}/url',
    input: 'DeleteFunctionUrlConfigRequest',
  },
  DeleteLayerVersion: {
    method: 'DELETE',
    uri: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}',
    input: 'DeleteLayerVersionRequest',
  },
  DeleteProvisionedConcurrencyConfig: {
    method: 'DELETE',
    uri: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
    input: 'DeleteProvisionedConcurrencyConfigRequest',
  },
  DeleteResourcePolicy: {
    method: 'DELETE',
    uri: '/2026-07-09/resource-policy/{ResourceArn}',
    input: 'DeleteResourcePolicyRequest',
  },
  GetAccountSettings: { method: 'GET', uri: '/2016-08-19/account-settings', input: 'GetAccountSettingsRequest' },
  GetAlias: { method: 'GET', uri: '/2015-03-31/functions/{FunctionName}/aliases/{Name}', input: 'GetAliasRequest' },
  GetCapacityProvider: {
    method: 'GET',
    uri: '/2025-11-30/capacity-providers/{CapacityProviderName}',
    input: 'GetCapacityProviderRequest',
  },
  GetCodeSigningConfig: {
    method: 'GET',
    uri: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
    input: 'GetCodeSigningConfigRequest',
  },
  GetDurableExecution: {
    method: 'GET',
    uri: '/2025-12-01/durable-executions/{DurableExecutionArn}',
    input: 'GetDurableExecutionRequest',
  },
  GetDurableExecutionHistory: {
    method: 'GET',
    uri: '/2025-12-01/durable-executions/{DurableExecutionArn}/history',
    input: 'GetDurableExecutionHistoryRequest',
  },
  GetDurableExecutionState: {
    method: 'GET',
    uri: '/2025-12-01/durable-executions/{DurableExecutionArn}/state',
    input: 'GetDurableExecutionStateRequest',
  },
  GetEventSourceMapping: {
    method: 'GET',
    uri: '/2015-03-31/event-source-mappings/{UUID}',
    input: 'GetEventSourceMappingRequest',
  },
  GetFunction: { method: 'GET', uri: '/2015-03-31/functions/{FunctionName}', input: 'GetFunctionRequest' },
  GetFunctionCodeSigningConfig: {
    method: 'GET',
    uri: '/2020-06-30/functions/{FunctionName}/code-signing-config',
    input: 'GetFunctionCodeSigningConfigRequest',
  },
  GetFunctionConcurrency: {
    method: 'GET',
    uri: '/2019-09-30/functions/{FunctionName}/concurrency',
    input: 'GetFunctionConcurrencyRequest',
  },
  GetFunctionConfiguration: {
    method: 'GET',
    uri: '/2015-03-31/functions/{FunctionName}/configuration',
    input: 'GetFunctionConfigurationRequest',
  },
  GetFunctionEventInvokeConfig: {
    method: 'GET',
    uri: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    input: 'GetFunctionEventInvokeConfigRequest',
  },
  GetFunctionRecursionConfig: {
    method: 'GET',
    uri: '/2024-08-31/functions/{FunctionName}/recursion-config',
    input: 'GetFunctionRecursionConfigRequest',
  },
  GetFunctionScalingConfig: {
    method: 'GET',
    uri: '/2025-11-30/functions/{FunctionName}/function-scaling-config',
    input: 'GetFunctionScalingConfigRequest',
  },
  GetFunctionUrlConfig: {
    method: 'GET',
    uri: '/2021-10-31/functions/{FunctionName}/url',
    input: 'GetFunctionUrlConfigRequest',
  },
  GetLayerVersion: {
    method: 'GET',
    uri: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}',
    input: 'GetLayerVersionRequest',
  },
  GetLayerVersionByArn: {
    method: 'GET',
    uri: '/2018-10-31/layers?find=LayerVersion',
    input: 'GetLayerVersionByArnRequest',
  },
  GetLayerVersionPolicy: {
    method: 'GET',
    uri: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy',
    input: 'GetLayerVersionPolicyRequest',
  },
  GetPolicy: { method: 'GET', uri: '/2015-03-31/functions/{FunctionName}/policy', input: 'GetPolicyRequest' },
  GetProvisionedConcurrencyConfig: {
    method: 'GET',
    uri: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
    input: 'GetProvisionedConcurrencyConfigRequest',
  },
  GetResourcePolicy: {
    method: 'GET',
    uri: '/2026-07-09/resource-policy/{ResourceArn}',
    input: 'GetResourcePolicyRequest',
  },
  GetRuntimeManagementConfig: {
    method: 'GET',
    uri: '/2021-07-20/functions/{FunctionName}/runtime-management-config',
    input: 'GetRuntimeManagementConfigRequest',
  },
  Invoke: { method: 'POST', uri: '/2015-03-31/functions/{FunctionName}/invocations', input: 'InvocationRequest' },
  InvokeAsync: {
    method: 'POST',
    uri: '/2014-11-13/functions/{FunctionName}/invoke-async',
    input: 'InvokeAsyncRequest',
  },
  InvokeWithResponseStream: {
    method: 'POST',
    uri: '/2021-11-15/functions/{FunctionName}/response-streaming-invocations',
    input: 'InvokeWithResponseStreamRequest',
  },
  ListAliases: { method: 'GET', uri: '/2015-03-31/functions/{FunctionName}/aliases', input: 'ListAliasesRequest' },
  ListCapacityProviders: {
    method: 'GET',
    uri: '/2025-11-30/capacity-providers',
    input: 'ListCapacityProvidersRequest',
  },
  ListCodeSigningConfigs: {
    method: 'GET',
    uri: '/2020-04-22/code-signing-configs',
    input: 'ListCodeSigningConfigsRequest',
  },
  ListDurableExecutionsByFunction: {
    method: 'GET',
    uri: '/2025-12-01/functions/{FunctionName}/durable-executions',
    input: 'ListDurableExecutionsByFunctionRequest',
  },
  ListEventSourceMappings: {
    method: 'GET',
    uri: '/2015-03-31/event-source-mappings',
    input: 'ListEventSourceMappingsRequest',
  },
  ListFunctionEventInvokeConfigs: {
    method: 'GET',
    uri: '/2019-09-25/functions/{FunctionName}/event-invoke-config/list',
    input: 'ListFunctionEventInvokeConfigsRequest',
  },
  ListFunctionUrlConfigs: {
    method: 'GET',
    uri: '/2021-10-31/functions/{FunctionName}/urls',
    input: 'ListFunctionUrlConfigsRequest',
  },
  ListFunctionVersionsByCapacityProvider: {
    method: 'GET',
    uri: '/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions',
    input: 'ListFunctionVersionsByCapacityProviderRequest',
  },
  ListFunctions: { method: 'GET', uri: '/2015-03-31/functions', input: 'ListFunctionsRequest' },
  ListFunctionsByCodeSigningConfig: {
    method: 'GET',
    uri: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions',
    input: 'ListFunctionsByCodeSigningConfigRequest',
  },
  ListLayerVersions: {
    method: 'GET',
    uri: '/2018-10-31/layers/{LayerName}/versions',
    input: 'ListLayerVersionsRequest',
  },
  ListLayers: { method: 'GET', uri: '/2018-10-31/layers', input: 'ListLayersRequest' },
  ListProvisionedConcurrencyConfigs: {
    method: 'GET',
    uri: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL',
    input: 'ListProvisionedConcurrencyConfigsRequest',
  },
  ListTags: { method: 'GET', uri: '/2017-03-31/tags/{Resource}', input: 'ListTagsRequest' },
  ListVersionsByFunction: {
    method: 'GET',
    uri: '/2015-03-31/functions/{FunctionName}/versions',
    input: 'ListVersionsByFunctionRequest',
  },
  PublishLayerVersion: {
    method: 'POST',
    uri: '/2018-10-31/layers/{LayerName}/versions',
    input: 'PublishLayerVersionRequest',
  },
  PublishVersion: {
    method: 'POST',
    uri: '/2015-03-31/functions/{FunctionName}/versions',
    input: 'PublishVersionRequest',
  },
  PutFunctionCodeSigningConfig: {
    method: 'PUT',
    uri: '/2020-06-30/functions/{FunctionName}/code-signing-config',
    input: 'PutFunctionCodeSigningConfigRequest',
  },
  PutFunctionConcurrency: {
    method: 'PUT',
    uri: '/2017-10-31/functions/{FunctionName}/concurrency',
    input: 'PutFunctionConcurrencyRequest',
  },
  PutFunctionEventInvokeConfig: {
    method: 'PUT',
    uri: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    input: 'PutFunctionEventInvokeConfigRequest',
  },
  PutFunctionRecursionConfig: {
    method: 'PUT',
    uri: '/2024-08-31/functions/{FunctionName}/recursion-config',
    input: 'PutFunctionRecursionConfigRequest',
  },
  PutFunctionScalingConfig: {
    method: 'PUT',
    uri: '/2025-11-30/functions/{FunctionName}/function-scaling-config',
    input: 'PutFunctionScalingConfigRequest',
  },
  PutProvisionedConcurrencyConfig: {
    method: 'PUT',
    uri: '/2019-09-30/functions/{FunctionName}/provisioned-concurrency',
    input: 'PutProvisionedConcurrencyConfigRequest',
  },
  PutResourcePolicy: {
    method: 'PUT',
    uri: '/2026-07-09/resource-policy/{ResourceArn}',
    input: 'PutResourcePolicyRequest',
  },
  PutRuntimeManagementConfig: {
    method: 'PUT',
    uri: '/2021-07-20/functions/{FunctionName}/runtime-management-config',
    input: 'PutRuntimeManagementConfigRequest',
  },
  RemoveLayerVersionPermission: {
    method: 'DELETE',
    uri: '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}',
    input: 'RemoveLayerVersionPermissionRequest',
  },
  RemovePermission: {
    method: 'DELETE',
    uri: '/2015-03-31/functions/{FunctionName}/policy/{StatementId}',
    input: 'RemovePermissionRequest',
  },
  SendDurableExecutionCallbackFailure: {
    method: 'POST',
    uri: '/2025-12-01/durable-execution-callbacks/{CallbackId}/fail',
    input: 'SendDurableExecutionCallbackFailureRequest',
  },
  SendDurableExecutionCallbackHeartbeat: {
    method: 'POST',
    uri: '/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat',
    input: 'SendDurableExecutionCallbackHeartbeatRequest',
  },
  SendDurableExecutionCallbackSuccess: {
    method: 'POST',
    uri: '/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed',
    input: 'SendDurableExecutionCallbackSuccessRequest',
  },
  StopDurableExecution: {
    method: 'POST',
    uri: '/2025-12-01/durable-executions/{DurableExecutionArn}/stop',
    input: 'StopDurableExecutionRequest',
  },
  TagResource: { method: 'POST', uri: '/2017-03-31/tags/{Resource}', input: 'TagResourceRequest' },
  UntagResource: { method: 'DELETE', uri: '/2017-03-31/tags/{Resource}', input: 'UntagResourceRequest' },
  UpdateAlias: {
    method: 'PUT',
    uri: '/2015-03-31/functions/{FunctionName}/aliases/{Name}',
    input: 'UpdateAliasRequest',
  },
  UpdateCapacityProvider: {
    method: 'PUT',
    uri: '/2025-11-30/capacity-providers/{CapacityProviderName}',
    input: 'UpdateCapacityProviderRequest',
  },
  UpdateCodeSigningConfig: {
    method: 'PUT',
    uri: '/2020-04-22/code-signing-configs/{CodeSigningConfigArn}',
    input: 'UpdateCodeSigningConfigRequest',
  },
  UpdateEventSourceMapping: {
    method: 'PUT',
    uri: '/2015-03-31/event-source-mappings/{UUID}',
    input: 'UpdateEventSourceMappingRequest',
  },
  UpdateFunctionCode: {
    method: 'PUT',
    uri: '/2015-03-31/functions/{FunctionName}/code',
    input: 'UpdateFunctionCodeRequest',
  },
  UpdateFunctionConfiguration: {
    method: 'PUT',
    uri: '/2015-03-31/functions/{FunctionName}/configuration',
    input: 'UpdateFunctionConfigurationRequest',
  },
  UpdateFunctionEventInvokeConfig: {
    method: 'POST',
    uri: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    input: 'UpdateFunctionEventInvokeConfigRequest',
  },
  UpdateFunctionUrlConfig: {
    method: 'PUT',
    uri: '/2021-10-31/functions/{FunctionName}/url',
    input: 'UpdateFunctionUrlConfigRequest',
  },
};

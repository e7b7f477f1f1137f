import { zipOf } from '../../../src/frontend/testing/zip-of.ts';

/** A call of one operation. */
export interface Step {
  readonly operation: string;
  readonly input: object;
  /** There can never be what it asks for: AWS's "not found" is the right answer. */
  readonly nothingThere?: boolean;
  /** What it asks for takes more than a call to have: this refusal is the right answer, and a test that has it is named beside. */
  readonly rightly?: RegExp;
  /** The operation that makes what it asks for: where that is refused, there can never be any either. */
  readonly needs?: string;
  /** Members of its input that the answer to another operation gave. */
  readonly given?: { readonly by: string; readonly members: readonly string[] };
  /** The function is to have settled before it. */
  readonly settled?: true;
}

/** What all steps are about. */
export const walkedFunction = 'walked';
/** A queue that is there. */
export const walkedQueue = 'walked';

const FunctionName = walkedFunction;
const settled = true;
const nothingThere = true;
const noExecution = /^ResourceNotFoundException: Durable Execution does not exist$/;
const noToken = /^InvalidParameterValueException: Invalid Checkpoint Token$/;
const noCallback = /^InvalidParameterValueException: Invalid callback id$/;
const layer = { LayerName: 'walked', VersionNumber: 1 };
const role = 'arn:aws:iam::123456789012:role/any';

/** One call of every operation that we know of, in an order in which each finds what it needs. `account` owns it all. */
export async function storyOf(account: string, region: string): Promise<readonly Step[]> {
  const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' });
  const arn = `arn:aws:lambda:${region}:${account}:function:${FunctionName}`;
  const step = (operation: string, input: object, more: Omit<Step, 'operation' | 'input'> = {}): Step => ({
    operation,
    input,
    ...more,
  });
  const ofFunction = (operation: string, input: object = {}, more: Omit<Step, 'operation' | 'input'> = {}): Step =>
    step(operation, { FunctionName, ...input }, more);
  return [
    ofFunction('CreateFunction', {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Code: { ZipFile },
      Environment: { Variables: { STAGE: 'test' } },
      Tags: { one: '1' },
    }),
    ofFunction('GetFunction', {}, { settled }),
    ofFunction('GetFunctionConfiguration'),
    step('ListFunctions', {}),
    ofFunction('UpdateFunctionConfiguration', { Timeout: 5 }),
    ofFunction(
      'UpdateFunctionCode',
      { ZipFile: await zipOf({ 'index.mjs': 'export const handler = async () => 2;' }) },
      { settled },
    ),
    ofFunction('PublishVersion', {}, { settled }),
    ofFunction('ListVersionsByFunction'),
    ofFunction('CreateAlias', { Name: 'live', FunctionVersion: '1' }),
    ofFunction('GetAlias', { Name: 'live' }),
    ofFunction('UpdateAlias', { Name: 'live', Description: 'what is used' }),
    ofFunction('ListAliases'),
    ofFunction('Invoke', { Payload: '{}', LogType: 'Tail' }),
    ofFunction('InvokeWithResponseStream', { Payload: '{}' }),
    ofFunction('InvokeAsync', { InvokeArgs: '{}' }),
    ...capacitySteps(ofFunction),
    ...eventSteps(ofFunction),
    ...urlSteps(ofFunction, step, arn),
    ...signingSteps(ofFunction, step, account, region),
    ofFunction('GetFunctionRecursionConfig'),
    ofFunction('PutFunctionRecursionConfig', { RecursiveLoop: 'Allow' }),
    ofFunction('GetRuntimeManagementConfig'),
    ofFunction('PutRuntimeManagementConfig', { UpdateRuntimeOn: 'FunctionUpdate' }),
    step('TagResource', { Resource: arn, Tags: { two: '2' } }),
    step('ListTags', { Resource: arn }),
    step('UntagResource', { Resource: arn, TagKeys: ['two'] }),
    step('PublishLayerVersion', {
      LayerName: 'walked',
      Content: { ZipFile: await zipOf({ 'nodejs/node_modules/a/index.js': '' }) },
    }),
    step('GetLayerVersion', layer),
    step('GetLayerVersionByArn', { Arn: `arn:aws:lambda:${region}:${account}:layer:walked:1` }),
    step('ListLayers', {}),
    step('ListLayerVersions', { LayerName: 'walked' }),
    step('AddLayerVersionPermission', {
      ...layer,
      StatementId: 'all',
      Action: 'lambda:GetLayerVersion',
      Principal: '*',
    }),
    step('GetLayerVersionPolicy', layer),
    step('RemoveLayerVersionPermission', { ...layer, StatementId: 'all' }),
    step('DeleteLayerVersion', layer),
    step('GetAccountSettings', {}),
    ...sourceSteps(ofFunction, step, account, region),
    ofFunction('DeleteAlias', { Name: 'live' }),
    ofFunction('DeleteFunction'),
  ];
}

type Make = (operation: string, input?: object, more?: Omit<Step, 'operation' | 'input'>) => Step;
type MakeAny = (operation: string, input: object, more?: Omit<Step, 'operation' | 'input'>) => Step;

function capacitySteps(ofFunction: Make): readonly Step[] {
  const version = { Qualifier: '1' };
  return [
    ofFunction('PutFunctionConcurrency', { ReservedConcurrentExecutions: 2 }),
    ofFunction('GetFunctionConcurrency'),
    ofFunction('DeleteFunctionConcurrency'),
    ofFunction('PutProvisionedConcurrencyConfig', { ...version, ProvisionedConcurrentExecutions: 1 }),
    ofFunction('GetProvisionedConcurrencyConfig', version),
    ofFunction('ListProvisionedConcurrencyConfigs'),
    ofFunction('DeleteProvisionedConcurrencyConfig', version),
    ofFunction('PutFunctionScalingConfig', { ...version, FunctionScalingConfig: { MinExecutionEnvironments: 1 } }),
    ofFunction('GetFunctionScalingConfig', version),
  ];
}

function eventSteps(ofFunction: Make): readonly Step[] {
  return [
    ofFunction('PutFunctionEventInvokeConfig', { MaximumRetryAttempts: 1 }),
    ofFunction('UpdateFunctionEventInvokeConfig', { MaximumEventAgeInSeconds: 60 }),
    ofFunction('GetFunctionEventInvokeConfig'),
    ofFunction('ListFunctionEventInvokeConfigs'),
    ofFunction('DeleteFunctionEventInvokeConfig'),
  ];
}

function urlSteps(ofFunction: Make, step: MakeAny, arn: string): readonly Step[] {
  const Statement = {
    Sid: 'all',
    Effect: 'Allow',
    Principal: { AWS: '123456789012' },
    Action: 'lambda:InvokeFunction',
    Resource: arn,
  };
  return [
    ofFunction('CreateFunctionUrlConfig', { AuthType: 'AWS_IAM' }),
    ofFunction('GetFunctionUrlConfig'),
    ofFunction('UpdateFunctionUrlConfig', { Cors: { AllowOrigins: ['*'] } }),
    ofFunction('ListFunctionUrlConfigs'),
    ofFunction('DeleteFunctionUrlConfig'),
    ofFunction('AddPermission', {
      StatementId: 'events',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    }),
    ofFunction('GetPolicy', {}, { needs: 'AddPermission' }),
    ofFunction('RemovePermission', { StatementId: 'events' }),
    step('PutResourcePolicy', {
      ResourceArn: arn,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [Statement] }),
    }),
    step('GetResourcePolicy', { ResourceArn: arn }),
    step('DeleteResourcePolicy', { ResourceArn: arn }),
  ];
}

function signingSteps(ofFunction: Make, step: MakeAny, account: string, region: string): readonly Step[] {
  const CodeSigningConfigArn = `arn:aws:lambda:${region}:${account}:code-signing-config:csc-0123456789abcdefg`;
  const SigningProfileVersionArns = [`arn:aws:signer:${region}:${account}:/signing-profiles/one`];
  return [
    step('CreateCodeSigningConfig', { AllowedPublishers: { SigningProfileVersionArns } }),
    step('ListCodeSigningConfigs', {}),
    step('GetCodeSigningConfig', { CodeSigningConfigArn }, { nothingThere }),
    step('UpdateCodeSigningConfig', { CodeSigningConfigArn, Description: 'x' }, { nothingThere }),
    step('ListFunctionsByCodeSigningConfig', { CodeSigningConfigArn }, { nothingThere }),
    step('DeleteCodeSigningConfig', { CodeSigningConfigArn }, { nothingThere }),
    ofFunction('PutFunctionCodeSigningConfig', { CodeSigningConfigArn }, { nothingThere }),
    ofFunction('GetFunctionCodeSigningConfig'),
    ofFunction('DeleteFunctionCodeSigningConfig'),
  ];
}

function sourceSteps(ofFunction: Make, step: MakeAny, account: string, region: string): readonly Step[] {
  const given = { by: 'CreateEventSourceMapping', members: ['UUID'] };
  const CapacityProviderName = 'none';
  const CallbackId = 'bm9uZQ==';
  const DurableExecutionArn = `arn:aws:lambda:${region}:${account}:function:${FunctionName}:1/durable-execution/one/01234567-89ab-cdef-0123-456789abcdef`;
  return [
    ofFunction('CreateEventSourceMapping', { EventSourceArn: `arn:aws:sqs:${region}:${account}:${walkedQueue}` }),
    step('ListEventSourceMappings', {}),
    step('GetEventSourceMapping', {}, { given }),
    step('UpdateEventSourceMapping', { BatchSize: 1 }, { given }),
    step('DeleteEventSourceMapping', {}, { given }),
    step('CreateCapacityProvider', {
      CapacityProviderName,
      VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
    }),
    step('ListCapacityProviders', {}),
    step('GetCapacityProvider', { CapacityProviderName }, { nothingThere }),
    step('UpdateCapacityProvider', { CapacityProviderName }, { nothingThere }),
    step('ListFunctionVersionsByCapacityProvider', { CapacityProviderName }, { nothingThere }),
    step('DeleteCapacityProvider', { CapacityProviderName }, { nothingThere }),
    ofFunction('ListDurableExecutionsByFunction'),
    // Answered by executions that run, all of these: test/executions/executions.test.ts.
    step('GetDurableExecution', { DurableExecutionArn }, { rightly: noExecution }),
    step('GetDurableExecutionHistory', { DurableExecutionArn }, { rightly: noExecution }),
    step('StopDurableExecution', { DurableExecutionArn }, { rightly: noExecution }),
    step('GetDurableExecutionState', { DurableExecutionArn, CheckpointToken: 'bm9uZQ==' }, { rightly: noToken }),
    step('CheckpointDurableExecution', { DurableExecutionArn, CheckpointToken: 'bm9uZQ==' }, { rightly: noToken }),
    step('SendDurableExecutionCallbackSuccess', { CallbackId }, { rightly: noCallback }),
    step('SendDurableExecutionCallbackFailure', { CallbackId }, { rightly: noCallback }),
    step('SendDurableExecutionCallbackHeartbeat', { CallbackId }, { rightly: noCallback }),
  ];
}

import { allRuntimes, type RuntimeName } from '../model/runtimes/configuration.ts';
import type { FunctionVersion, TracingMode } from '../model/functions/function.ts';
import { limits } from '../model/limits.ts';
import { checkLength, checkPattern, checkRange, constraintError } from './constraint.ts';
import { endedAtAws } from './ended-runtimes.ts';
import { checkEnvironment } from './environment.ts';
import { ApiError } from './errors.ts';
import { optionalInteger, optionalObject, optionalString, optionalStrings } from './json-input.ts';
import type { JsonInput } from './json-input.ts';
import { readLoggingConfig } from './logging-config.ts';

/** What CreateFunction and UpdateFunctionConfiguration can set. */
export type FunctionSettings = Pick<
  FunctionVersion,
  | 'runtime'
  | 'handler'
  | 'memoryMb'
  | 'timeoutMs'
  | 'environment'
  | 'environmentShown'
  | 'description'
  | 'role'
  | 'logging'
  | 'tracing'
  | 'storageMb'
  | 'vpc'
  | 'deadLetter'
>;

const rolePattern = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+';

/** Reads and checks those members that are there. Throws what AWS throws. */
export function functionSettings(input: JsonInput): Partial<FunctionSettings> {
  const runtime = readRuntime(input);
  const handler = readHandler(input);
  const memoryMb = optionalInteger(input, 'MemorySize');
  const timeout = optionalInteger(input, 'Timeout');
  const environment = readEnvironment(input);
  const description = optionalString(input, 'Description');
  const role = optionalString(input, 'Role');
  const logging = readLoggingConfig(input);
  const tracing = readTracing(input);
  const vpc = readVpc(input);
  const storageMb = readStorage(input);
  const deadLetter = readDeadLetter(input);
  if (memoryMb !== undefined)
    checkRange('memorySize', memoryMb, limits.functionMemoryMbMin, limits.functionMemoryMbMax);
  if (timeout !== undefined)
    checkRange('timeout', timeout, limits.functionTimeoutMsMin / 1_000, limits.functionTimeoutMsMax / 1_000);
  if (description !== undefined) checkLength('description', description, 0, 256);
  if (role !== undefined) checkPattern('role', role, rolePattern);
  return {
    ...(runtime !== undefined && { runtime }),
    ...(handler !== undefined && { handler }),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(timeout !== undefined && { timeoutMs: timeout * 1_000 }),
    ...(environment !== undefined && { environment, environmentShown: hasVariables(input) }),
    ...(description !== undefined && { description }),
    ...(role !== undefined && { role }),
    ...(logging !== undefined && { logging }),
    ...(tracing !== undefined && { tracing }),
    ...(vpc !== undefined && { vpc }),
    ...(storageMb !== undefined && { storageMb }),
    ...(deadLetter !== undefined && { deadLetter }),
  };
}

/** Throws InvalidParameterValueException also where a member is missing without which a new function cannot be. */
export function newFunctionSettings(input: JsonInput, account: string): FunctionSettings {
  const { runtime, handler, ...given } = functionSettings(input);
  if (runtime === undefined || handler === undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  return {
    runtime,
    handler,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: {},
    description: '',
    // Roles mean nothing here yet; clients insist on one, and those that need not send one get this.
    role: `arn:aws:iam::${account}:role/heddle`,
    ...given,
  };
}

function readRuntime(input: JsonInput): RuntimeName | undefined {
  const given = optionalString(input, 'Runtime');
  if (given === undefined) return undefined;
  const runtime = allRuntimes.find((name) => name === given);
  if (runtime !== undefined) return runtime;
  if (endedAtAws.has(given))
    throw new ApiError(
      'InvalidParameterValueException',
      `The runtime parameter of ${given} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  throw new ApiError(
    'InvalidParameterValueException',
    `Value ${given.slice(0, 100)} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${allRuntimes.join(', ')}] or be a valid ARN`,
  );
}

function readHandler(input: JsonInput): string | undefined {
  const handler = optionalString(input, 'Handler');
  if (handler === undefined) return undefined;
  checkLength('handler', handler, 1, 128);
  checkPattern('handler', handler, '[^\\s]+');
  // What it names is found out by the runtime, at the first invocation, as on AWS.
  if (handler.includes('\0'))
    throw new ApiError('InvalidParameterValueException', 'The handler contains a NUL character.');
  return handler;
}

function readTracing(input: JsonInput): TracingMode | undefined {
  const config = optionalObject(input, 'TracingConfig');
  const mode = config === undefined ? undefined : optionalString(config, 'Mode');
  if (mode === undefined || mode === 'Active' || mode === 'PassThrough') return mode;
  throw constraintError('tracingConfig.mode', mode, 'Member must satisfy enum value set: [Active, PassThrough]');
}

/** Size of `/tmp`, MiB. */
function readStorage(input: JsonInput): number | undefined {
  const given = optionalObject(input, 'EphemeralStorage');
  const size = given === undefined ? undefined : optionalInteger(given, 'Size');
  if (size !== undefined) checkRange('ephemeralStorage.size', size, limits.storageMbMin, limits.storageMbMax);
  return size;
}

/** `''` where it is to have none. */
function readDeadLetter(input: JsonInput): string | undefined {
  const given = optionalObject(input, 'DeadLetterConfig');
  if (given === undefined) return undefined;
  const arn = optionalString(given, 'TargetArn') ?? '';
  if (arn === '' || /^arn:aws[a-zA-Z-]*:(sqs|sns):/.test(arn)) return arn;
  throw new ApiError(
    'InvalidParameterValueException',
    `The dead-letter target ${arn.slice(0, 350)} is invalid: it should be the ARN of an SQS queue or an SNS topic.`,
  );
}

/** Names of subnets and security groups: functions have no network card that could be in one. */
function readVpc(input: JsonInput): FunctionSettings['vpc'] {
  const given = optionalObject(input, 'VpcConfig');
  if (given === undefined) return undefined;
  const names = (key: string): string[] => {
    const list = given[key] ?? [];
    const ok = Array.isArray(list) && list.length <= 16 && list.every((name) => typeof name === 'string');
    if (ok) return list.map((name) => name.slice(0, 1_024));
    throw new ApiError('InvalidParameterValueException', `VpcConfig.${key} must be a list of at most 16 names.`);
  };
  return { subnetIds: names('SubnetIds'), securityGroupIds: names('SecurityGroupIds') };
}

/** `Environment: {}` says that there is none. */
function hasVariables(input: JsonInput): boolean {
  const environment = optionalObject(input, 'Environment');
  return environment !== undefined && optionalStrings(environment, 'Variables') !== undefined;
}

function readEnvironment(input: JsonInput): Readonly<Record<string, string>> | undefined {
  const environment = optionalObject(input, 'Environment');
  if (environment === undefined) return undefined;
  const variables = optionalStrings(environment, 'Variables') ?? {};
  checkEnvironment(variables);
  return variables;
}

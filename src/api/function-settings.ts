import { runtimes } from '../model/configuration.ts';
import type { RuntimeName } from '../model/configuration.ts';
import type { FunctionVersion } from '../model/function.ts';
import { limits } from '../model/limits.ts';
import { checkLength, checkPattern, checkRange, constraintError } from './constraint.ts';
import { checkEnvironment } from './environment.ts';
import { ApiError } from './errors.ts';
import { optionalInteger, optionalObject, optionalString, optionalStrings } from './json-input.ts';
import type { JsonInput } from './json-input.ts';

/** What CreateFunction and UpdateFunctionConfiguration can set. */
export type FunctionSettings = Pick<
  FunctionVersion,
  'runtime' | 'handler' | 'memoryMb' | 'timeoutMs' | 'environment' | 'description' | 'role'
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
    ...(environment !== undefined && { environment }),
    ...(description !== undefined && { description }),
    ...(role !== undefined && { role }),
  };
}

/** Throws ValidationException that names a member without which a new function cannot be. */
export function newFunctionSettings(input: JsonInput, account: string): FunctionSettings {
  const { runtime, handler, ...given } = functionSettings(input);
  if (runtime === undefined) throw constraintError('runtime', null, 'Member must not be null');
  if (handler === undefined) throw constraintError('handler', null, 'Member must not be null');
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
  const runtime = runtimes.find((name) => name === given);
  if (runtime !== undefined) return runtime;
  throw new ApiError(
    'InvalidParameterValueException',
    `Value ${given.slice(0, 100)} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${runtimes.join(', ')}]`,
  );
}

function readHandler(input: JsonInput): string | undefined {
  const handler = optionalString(input, 'Handler');
  if (handler === undefined) return undefined;
  checkLength('handler', handler, 1, 128);
  checkPattern('handler', handler, '[^\\s]+');
  // Ours, beyond AWS: what a handler names is below /var/task.
  if (!handler.includes('.') || handler.startsWith('/') || handler.split('/').includes('..') || handler.includes('\0'))
    throw new ApiError(
      'InvalidParameterValueException',
      `The handler '${handler}' must be FILE.EXPORT, with FILE relative to the root of the zip file.`,
    );
  return handler;
}

function readEnvironment(input: JsonInput): Readonly<Record<string, string>> | undefined {
  const environment = optionalObject(input, 'Environment');
  if (environment === undefined) return undefined;
  const variables = optionalStrings(environment, 'Variables') ?? {};
  checkEnvironment(variables);
  return variables;
}

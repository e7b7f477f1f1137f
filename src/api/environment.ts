import { limits } from '../model/limits.ts';
import { constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';

/** Set by the service for every function, so that a function cannot set them. */
const reserved: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

const refusal =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

/** AWS Lambda's names of variables. */
const lambdaName = /^[a-zA-Z]([a-zA-Z0-9_])+$/;
/** What any program can have. */
export const portableName: RegExp = /^[a-zA-Z_]([a-zA-Z0-9_])*$/;

/** Throws where AWS would. Values are never repeated in the message: they are often secrets. */
export function checkEnvironment(variables: Readonly<Record<string, string>>, name: RegExp = lambdaName): void {
  const keys = Object.keys(variables);
  const unfit = keys.find((key) => !name.test(key));
  const taken = keys.filter((key) => reserved.has(key));
  if (taken.length > 0)
    throw new ApiError(
      'InvalidParameterValueException',
      `${refusal} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${taken.join(', ')}`,
    );
  if (unfit !== undefined)
    throw constraintError(
      'environment.variables',
      unfit,
      `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ${name.source.slice(1, -1)}]`,
    );
  if (Object.values(variables).some((value) => value.includes('\0')))
    throw new ApiError('InvalidParameterValueException', `${refusal} contains a NUL character.`);
  // AWS measures the JSON text of the whole map.
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > limits.environmentBytesMax)
    throw new ApiError(
      'InvalidParameterValueException',
      `${refusal} exceeded the 4KB limit. Bytes measured: ${bytes} of ${limits.environmentBytesMax}`,
    );
}

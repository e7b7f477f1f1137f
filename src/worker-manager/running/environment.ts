import type { FunctionVersion } from '../../model/function.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';

/** What is fresh for each container. */
export interface ContainerIdentity {
  readonly region: string;
  /** When the container was given its code, milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** 32 hexadecimal digits. */
  readonly streamId: string;
  /** 1 … 2^31 - 1. */
  readonly randomSeed: number;
}

/** `/aws/lambda/NAME`, as AWS Lambda names it. */
export function logGroup(fn: FunctionVersion): string {
  return `/aws/lambda/${fn.name}`;
}

/** `YYYY/MM/DD/[VERSION]ID`, as AWS Lambda names it. */
export function logStream(fn: FunctionVersion, wallMs: number, streamId: string): string {
  const day = new Date(wallMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${fn.version}]${streamId}`;
}

/**
 * The environment of a function's process. A function may set the first three itself; the others are AWS Lambda's
 * reserved names, which always say what is.
 */
export function functionEnvironment(fn: FunctionVersion, region: string, stream: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/opt/bin',
    LANG: 'C.UTF-8',
    TZ: ':UTC',
    ...fn.environment,
    _HANDLER: fn.handler,
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: fn.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup(fn),
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  };
}

/** What a blank container is told when it gets this function's code. */
export function runtimeInit(fn: FunctionVersion, identity: ContainerIdentity): RuntimeInit {
  const stream = logStream(fn, identity.wallMs, identity.streamId);
  return {
    type: 'init',
    handler: fn.handler,
    environment: functionEnvironment(fn, identity.region, stream),
    functionName: fn.name,
    functionVersion: fn.version,
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
    logGroup: logGroup(fn),
    logStream: stream,
    randomSeed: identity.randomSeed,
  };
}

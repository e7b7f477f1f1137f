import { defaultEnvironment } from '../../protocol/default-environment.ts';
import { hasExtensions, type FunctionVersion, type LoggingSettings } from '../../model/functions/function.ts';
import type { ContainerNetwork } from '../../model/network.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';
import type { FunctionCredentials } from './credentials.ts';

/** What is fresh for each container. */
export interface ContainerIdentity {
  readonly region: string;
  /** When the container was given its code, milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** 32 hexadecimal digits. */
  readonly streamId: string;
  /** 1 … 2^31 - 1. */
  readonly randomSeed: number;
  readonly credentials: FunctionCredentials;
  /** How it came to be initialised; on demand where nothing is said. */
  readonly initialisation?: Initialisation;
}

/** As AWS Lambda has it. */
export type Initialisation = 'on-demand' | 'provisioned-concurrency';

type CallingHome = Pick<ContainerNetwork, 'environment' | 'credentials' | 'authority'>;

/** `/aws/lambda/NAME`, as AWS Lambda names it, or what the function's logging says. */
export function logGroup(fn: FunctionVersion): string {
  return fn.logging?.group ?? `/aws/lambda/${fn.name}`;
}

/** `YYYY/MM/DD/[VERSION]ID`, as AWS Lambda names it. */
export function logStream(fn: FunctionVersion, wallMs: number, streamId: string): string {
  const day = new Date(wallMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${fn.version}]${streamId}`;
}

/**
 * The environment of a function's process, complete but for `_X_AMZN_TRACE_ID`, which each invocation has its own of. What AWS Lambda
 * documents as defined: its reserved names always say what is; the others a function may set itself. No `HOME` and no `TMPDIR`, as
 * there. `AWS_XRAY_DAEMON_ADDRESS` is the container's own loopback: nobody listens there but who wants to read what X-Ray's SDK sends.
 */
export function functionEnvironment(
  fn: FunctionVersion,
  {
    region,
    credentials,
    initialisation = 'on-demand',
  }: Pick<ContainerIdentity, 'region' | 'credentials' | 'initialisation'>,
  stream: string,
  network?: CallingHome,
): Record<string, string> {
  return {
    ...defaultEnvironment(fn.runtime),
    ...network?.environment,
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
    AWS_LAMBDA_INITIALIZATION_TYPE: initialisation,
    // Code that nobody trusts is given none at all, not even of those that nobody accepts.
    ...(fn.portion?.trust === 'untrusted' || asksForCredentials(network) ? {} : keyVariables(credentials)),
    // All of them or none: with a way to the service, what it accepts.
    ...network?.credentials,
    ...loggingEnvironment(fn.logging),
  };
}

/** With a place to ask, SDKs must find none in the environment: they would not ask. As on AWS with SnapStart. */
function asksForCredentials(network: CallingHome | undefined): boolean {
  return network?.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] !== undefined;
}

function keyVariables(credentials: FunctionCredentials): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

function loggingEnvironment(logging: LoggingSettings | undefined): Record<string, string> {
  if (logging?.format !== 'JSON') return {};
  return { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel };
}

/** What a blank container is told when it gets this function's code. */
export function runtimeInit(fn: FunctionVersion, identity: ContainerIdentity, network?: CallingHome): RuntimeInit {
  const stream = logStream(fn, identity.wallMs, identity.streamId);
  return {
    type: 'init',
    handler: fn.handler,
    environment: functionEnvironment(fn, identity, stream, network),
    functionName: fn.name,
    functionVersion: fn.version,
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
    logGroup: logGroup(fn),
    logStream: stream,
    randomSeed: identity.randomSeed,
    ...(network?.authority === undefined ? {} : { authority: network.authority }),
    ...(hasExtensions(fn) ? { extensions: true } : {}),
  };
}

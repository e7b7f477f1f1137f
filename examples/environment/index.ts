import { randomUUID } from 'node:crypto';
import { hostname, release, totalmem, uptime } from 'node:os';

interface Context {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** Tells where it runs and what it was given. */
export async function handler(event: unknown, context: Context): Promise<object> {
  return {
    event,
    function: context.functionName,
    requestId: context.awsRequestId,
    memoryMb: Number(context.memoryLimitInMB),
    remainingMs: context.getRemainingTimeInMillis(),
    kernel: release(),
    host: hostname(),
    instanceMemoryMb: Math.round(totalmem() / 1_048_576),
    instanceUptimeSeconds: Math.round(uptime()),
    user: process.getuid?.(),
    node: process.version,
    unique: randomUUID(),
    stage: process.env['STAGE'] ?? 'not set (deploy with --env STAGE=dev)',
  };
}

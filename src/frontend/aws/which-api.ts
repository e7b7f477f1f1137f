import type { FastifyRequest } from 'fastify';
import type { FrontendOptions } from '../context.ts';
import type { AwsApi } from './aws-api.ts';
import { cloudWatchLogs } from './logs/cloudwatch-logs.ts';
import { sqsJson, target as sqsTarget } from './sqs/json-protocol.ts';
import { sqsQuery } from './sqs/query-protocol.ts';
import { sts } from './sts/sts.ts';

/**
 * Which of AWS's APIs a request is for. Those that speak JSON say so in a header; of the two that take forms, SQS is known by what the signature is
 * for, by the version that it names, and by the address of a queue.
 */
export function apis(options: FrontendOptions, stopping: AbortSignal): (request: FastifyRequest) => AwsApi {
  const [logs, json, query] = [cloudWatchLogs(options, stopping), sqsJson(options), sqsQuery(options)];
  const tokens = sts(options);
  return (request) => {
    const target = request.headers['x-amz-target'];
    if (target !== undefined) return String(target).startsWith(sqsTarget) ? json : logs;
    return isForSqs(request) ? query : tokens;
  };
}

function isForSqs({ headers, url }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0];
  if (path !== '/' && path !== '') return true;
  if (/\/sqs\/aws4_request/.test(headers.authorization ?? '')) return true;
  return /(?:%2F|\/)sqs(?:%2F|\/)aws4_request/i.test(url) || url.includes('Version=2012-11-05');
}

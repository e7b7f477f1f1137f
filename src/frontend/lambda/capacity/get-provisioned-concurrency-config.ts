import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import { pageOf } from '../pages.ts';
import { existing } from './existing.ts';
import { qualified } from './check-provisionable.ts';
import { noProvisioned, provisionedFor, provisionedOf } from './provisioned.ts';
import { provisionedWire } from './provisioned-wire.ts';
import { provisionedPath } from './put-provisioned-concurrency-config.ts';

/** Two operations that AWS has under one method and path: `GetProvisionedConcurrencyConfig`, and with `List=ALL` that of all of a function. */
export function getProvisionedConcurrencyConfig(context: LambdaContext): Operation {
  return {
    name: 'GetProvisionedConcurrencyConfig',
    method: 'GET',
    path: provisionedPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      if (request.query('List') !== undefined) return await listed(context, request);
      const ref = await qualified(context.store, requestedFunction(request));
      const config = provisionedFor(context.store, ref);
      if (config === undefined) throw noProvisioned();
      return { status: 200, body: provisionedWire(context, ref, config) };
    },
  };
}

async function listed(context: LambdaContext, request: ApiRequest): Promise<ApiReply> {
  const ref = await existing(context.store, request);
  const all = provisionedOf(context.store, ref.account, ref.name);
  const { items, next } = pageOf(request, `provisioned ${ref.name}`, all, ({ qualifier }) => qualifier);
  const ProvisionedConcurrencyConfigs = items.map((config) => ({
    FunctionArn: `${ref.arn}:${config.qualifier}`,
    ...provisionedWire(context, ref, config),
  }));
  return { status: 200, body: { ProvisionedConcurrencyConfigs, ...next } };
}

import { jsonInput } from '../../api/json-input.ts';
import { modelOperations } from '../../api/model/operations.ts';
import { checkRequest, type ModelRequest } from '../../api/model/validate.ts';
import type { ApiRequest, Operation } from '../routes/operation.ts';

/** The same operation, told only of requests that are right by AWS's model. One that the model does not have is as it was. */
export function modelled(operation: Operation): Operation {
  return {
    ...operation,
    run: (request) => {
      const name = modelName(operation, request);
      if (modelOperations[name] !== undefined) checkRequest(name, modelRequest(operation, name, request));
      return operation.run(request);
    },
  };
}

/** What the model calls it: operations that share a path share a route, and one has two names. */
function modelName({ name }: Operation, request: ApiRequest): string {
  if (name === 'InvokeFunction') return 'Invoke';
  if (name === 'ListLayers' && request.query('find') === 'LayerVersion') return 'GetLayerVersionByArn';
  if (!name.includes('ProvisionedConcurrencyConfig') || !name.startsWith('Get')) return name;
  return request.query('List') === 'ALL' ? 'ListProvisionedConcurrencyConfigs' : 'GetProvisionedConcurrencyConfig';
}

function modelRequest({ path }: Operation, name: string, request: ApiRequest): ModelRequest {
  const ours = [...path.matchAll(/:(\w+)/g)].map(([, each]) => each);
  const theirs = [...(modelOperations[name]?.uri ?? '').matchAll(/\{(\w+)\+?\}/g)].map(([, each]) => each);
  return {
    // Routes name their parameters as they like: what counts is the place.
    parameter: (member) => {
      const parameter = ours[theirs.indexOf(member)];
      return parameter === undefined ? undefined : request.parameter(parameter);
    },
    queryAll: (member) => request.queryAll(member),
    header: (member) => request.header(member),
    body: () => jsonInput(request.body),
  };
}

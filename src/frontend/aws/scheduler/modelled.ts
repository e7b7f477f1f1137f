import { jsonInput } from '../../../api/json-input.ts';
import { modelOperations } from '../../../api/model/scheduler/operations.ts';
import { modelShapes } from '../../../api/model/scheduler/shapes.ts';
import { checkRequest, type Model } from '../../../api/model/validate.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import { routeOf } from './routes.ts';

const model: Model = {
  operations: modelOperations,
  shape: (name) => modelShapes[name],
};

/** One operation of EventBridge Scheduler: where it is by AWS's model, told only of requests that are right by it. */
export function schedulerOperation(name: string, run: (request: ApiRequest) => Promise<ApiReply>): Operation {
  return {
    name,
    ...routeOf(name),
    run: (request) => {
      checkRequest(
        name,
        {
          parameter: (member) => request.parameter(member),
          queryAll: (member) => request.queryAll(member),
          header: (member) => request.header(member),
          body: () => jsonInput(request.body),
        },
        model,
      );
      return run(request);
    },
  };
}

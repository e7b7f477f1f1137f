import { ApiError } from '../../api/errors.ts';
import { limits } from '../../model/limits.ts';
import type { InstanceMoves } from '../../worker-manager/contract.ts';
import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax, type ApiRequest, type Operation } from '../routes/operation.ts';

/** `POST /heddle/v1/instances/NAME/pause`, `…/resume` and `…/forks`: of an instance, a container, or what a thread runs in. */
export function moveOperations({ workerManager }: FrontendOptions): readonly Operation[] {
  const moves = (): InstanceMoves => {
    if (workerManager.moves !== undefined) return workerManager.moves;
    throw new ApiError('ResourceConflictException', 'This service cannot pause or fork what runs.');
  };
  const operation = (
    name: string,
    path: string,
    run: (account: string, target: string, request: ApiRequest) => Promise<object>,
  ): Operation => ({
    name,
    method: 'POST',
    path: `/heddle/v1/instances/:name/${path}`,
    bodyBytesMax: smallBodyBytesMax,
    run: async (request) => ({
      status: 200,
      body: await run(request.scope.account, request.parameter('name'), request),
    }),
  });
  return [
    operation('PauseInstance', 'pause', (account, name) => moves().pause(account, name)),
    operation('ResumeInstance', 'resume', (account, name) => moves().resume(account, name)),
    operation('ForkInstance', 'forks', async (account, name, request) => ({
      forks: await moves().fork(account, name, { count: countOf(request) }),
    })),
  ];
}

/** `{"count": 8}`; one where nothing is said. */
function countOf({ body }: ApiRequest): number {
  const count = body.length === 0 ? 1 : fieldOf(body);
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= limits.forksMax) return count;
  throw new ApiError(
    'InvalidParameterValueException',
    `\`count\` is ${JSON.stringify(count)}; it must be a whole number between 1 and ${limits.forksMax}.`,
  );
}

function fieldOf(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && 'count' in value ? value.count : 1;
  } catch (cause) {
    throw new ApiError('InvalidRequestContentException', 'The body is not JSON, such as {"count": 8}.', { cause });
  }
}

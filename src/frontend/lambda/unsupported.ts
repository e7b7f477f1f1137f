import { ApiError } from '../../api/errors.ts';
import { modelOperations } from '../../api/model/operations.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

/** Why what is not here is not, by what is in the operation's name. */
const reasons: readonly (readonly [name: RegExp, why: string])[] = [
  [/CodeSigning/, ': signatures of code are made by AWS Signer, which is not here.'],
  [
    /CapacityProvider|ScalingConfig/,
    ': capacity providers are EC2 instances of an AWS account, and functions run on this machine.',
  ],
  [/^InvokeAsync$/, ': AWS has replaced it by Invoke with the InvocationType Event, which is.'],
];

/**
 * Every operation of AWS's model that `there` has none for, so that clients are told so, and why, and not just "not found". One with the
 * path and method of another is that one's.
 */
export function unsupported(there: readonly Operation[]): readonly Operation[] {
  const routes = new Set(there.map(routeOf));
  return Object.entries(modelOperations).flatMap(([name, { method, uri }]) => {
    const operation = { name, method: methodNamed(method), path: pathOf(uri), bodyBytesMax: smallBodyBytesMax };
    if (routes.has(routeOf(operation))) return [];
    routes.add(routeOf(operation));
    return [{ ...operation, run: () => Promise.reject(notHere(name)) }];
  });
}

/** 501 and not 500 or 503: clients would try those again. */
function notHere(name: string): ApiError {
  const why = reasons.find(([names]) => names.test(name))?.[1] ?? ' yet.';
  return new ApiError('NotImplementedException', `The operation ${name} of the Lambda API is not in Heddle${why}`);
}

/** `/2018-10-31/layers/{LayerName}` → `/2018-10-31/layers/:layerName`. */
function pathOf(uri: string): string {
  const [path = ''] = uri.split('?');
  return path
    .replace(/\/$/, '')
    .replaceAll(/\{(\w)(\w*)\+?\}/g, (_all, first: string, rest: string) => `:${first.toLowerCase()}${rest}`);
}

/** What makes two routes the same: not how they call their parameters. */
function routeOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  return `${method} ${path.replaceAll(/:\w+/g, ':')}`;
}

function methodNamed(name: string): Operation['method'] {
  const method = (['DELETE', 'GET', 'POST', 'PUT'] as const).find((each) => each === name);
  if (method === undefined) throw new Error(`The model has an operation with the method ${name}, which no route has.`);
  return method;
}

import { ApiError } from '../../../api/errors.ts';
import { functionRef } from '../../../api/function-ref.ts';
import { ObjectError } from '../../../objects/errors.ts';
import type { ObjectStore } from '../../../objects/object-store.ts';
import { rulesOf } from '../../aws/s3/notifications/rules.ts';
import { parsePath, pathKinds, pathOf, type IoPath } from '../../aws/s3/path/settings.ts';
import type { FrontendOptions } from '../../context.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ObjectsOperation } from './operations.ts';

/** What the operations do. */
export function objectsRuns(
  { settings, store }: Pick<FrontendOptions, 'settings' | 'store'>,
  objects: ObjectStore,
): Runs<ObjectsOperation> {
  const { buckets } = objects;
  const checked = async (value: unknown, account: string): Promise<IoPath> => {
    const path = parsePath(value);
    for (const step of pathKinds.flatMap((kind) => path[kind])) {
      const ref = functionRef(step.function, { account, region: settings.region });
      if (ref.account !== account)
        throw new ObjectError(
          'InvalidArgument',
          `Objects go through functions of their own account only, not ${step.function}.`,
        );
      if ((await store.functions.get(account, ref.name)) === undefined)
        throw new ObjectError(
          'InvalidArgument',
          `There is no function ${ref.name}: deploy it first, or name the file of plain code.`,
        );
    }
    return path;
  };
  return {
    GetObjectPaths: ({ scope }) => told(async () => shownObjects(objects, scope.account)),
    PutObjectPath: (request) =>
      told(async () => {
        const { account } = request.scope;
        const bucket = buckets.get(account, request.parameter('bucket'));
        const path = await checked(bodyOf(request), account);
        const isEmpty = pathKinds.every((kind) => path[kind].length === 0);
        await objects.configure(() => buckets.set(bucket, 'path', isEmpty ? undefined : path));
        return { name: bucket.name, path };
      }),
    PutAccessPoint: (request) =>
      told(async () => {
        const { account } = request.scope;
        const name = request.parameter('name');
        const { bucket, path } = Object(bodyOf(request));
        const behind = buckets.get(account, String(bucket)).name;
        const value = { bucket: behind, path: await checked(path ?? {}, account) };
        await objects.configure(() => buckets.setPoint(account, name, value));
        return { name, ...value };
      }),
    DeleteAccessPoint: (request) =>
      told(async () => {
        const { account } = request.scope;
        const name = request.parameter('name');
        if (buckets.point(account, name) === undefined)
          throw new ApiError('ResourceNotFoundException', `There is no access point '${name.slice(0, 63)}'.`);
        await objects.configure(() => buckets.setPoint(account, name, undefined));
        return { name };
      }),
  };
}

/** An account's buckets and access points, for whoever looks. */
export function shownObjects(
  objects: ObjectStore,
  account: string,
): { readonly buckets: readonly object[]; readonly accessPoints: readonly object[] } {
  const { buckets } = objects;
  return {
    buckets: buckets.list(account).map((bucket) => {
      const settings = buckets.settings(bucket);
      const totals = buckets.totalsOf(bucket);
      return {
        name: bucket.name,
        createdMs: bucket.createdMs,
        ...totals,
        path: pathOf(settings),
        notifications: rulesOf(settings).length,
      };
    }),
    accessPoints: buckets
      .points(account)
      .map(({ name, settings }) => ({ name, bucket: settings['bucket'], path: pathOf(settings) })),
  };
}

async function told(work: () => Promise<object>): Promise<{ readonly status: 200; readonly body: object }> {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    const name = error.status === 404 ? 'ResourceNotFoundException' : 'InvalidParameterValueException';
    throw new ApiError(name, error.message, { cause: error });
  }
}

function bodyOf({ body }: ApiRequest): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new ApiError('InvalidRequestContentException', 'The body is no JSON.', { cause });
  }
}

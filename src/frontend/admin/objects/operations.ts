import type { FrontendOptions } from '../../context.ts';
import { loadedLater, type Route } from '../../routes/loaded-later.ts';
import { callersHome, smallBodyBytesMax, type Operation } from '../../routes/operation.ts';

const at = (method: Route['method'], path: string): Route => ({ method, path, bodyBytesMax: smallBodyBytesMax });

/** What is set on buckets and access points beside what S3 has. */
export type ObjectsOperation = 'GetObjectPaths' | 'PutObjectPath' | 'PutAccessPoint' | 'DeleteAccessPoint';

const routes: Readonly<Record<ObjectsOperation, Route>> = {
  GetObjectPaths: at('GET', '/heddle/v1/objects'),
  PutObjectPath: at('PUT', '/heddle/v1/objects/:bucket/path'),
  PutAccessPoint: at('PUT', '/heddle/v1/access-points/:name'),
  DeleteAccessPoint: at('DELETE', '/heddle/v1/access-points/:name'),
};

/** I/O paths of buckets and access points; what they do is in `runs.ts`. */
export function objectsOperations(
  options: Pick<FrontendOptions, 'objects' | 'settings' | 'store'>,
): readonly Operation[] {
  const operations = loadedLater(routes, async () => {
    const { objectsRuns } = await import('./runs.ts');
    return objectsRuns(options, await options.objects.open());
  });
  return operations.map((operation) => ({ ...operation, home: callersHome }));
}

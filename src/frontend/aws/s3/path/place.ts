import type { Bucket } from '../../../../objects/contract.ts';
import type { BucketTable } from '../../../../objects/tables/buckets.ts';
import { noSuchBucket } from '../../../../objects/errors.ts';
import { pathOf, type IoPath } from './settings.ts';

/** What a name leads to. */
export interface Place {
  readonly bucket: Bucket;
  readonly path: IoPath;
  /** The access point that was named, where it was one. */
  readonly point?: string;
}

/** The bucket that is called so, or that an access point leads to. What is set on a bucket, no access point is a way around. Throws NoSuchBucket. */
export function placeOf(buckets: BucketTable, account: string, name: string): Place {
  const bucket = buckets.find(account, name);
  if (bucket !== undefined) return { bucket, path: pathOf(buckets.settings(bucket)) };
  const point = buckets.point(account, name);
  const behind = point && buckets.find(account, String(point['bucket']));
  if (point === undefined || behind === undefined) throw noSuchBucket(name);
  const [inner, outer] = [pathOf(buckets.settings(behind)), pathOf(point)];
  const path = {
    get: [...inner.get, ...outer.get],
    head: [...inner.head, ...outer.head],
    list: [...inner.list, ...outer.list],
    put: [...outer.put, ...inner.put],
  };
  return { bucket: behind, path, point: name };
}

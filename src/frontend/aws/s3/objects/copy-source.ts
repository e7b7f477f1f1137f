import { ObjectError } from '../../../../objects/errors.ts';
import type { Reading } from '../../../../objects/store-contract.ts';
import { checkCopySource } from '../../../../objects/rules/conditions.ts';
import { authorise } from '../../../policies/authorise.ts';
import { s3Deed } from '../../../policies/deeds/of-s3.ts';
import type { S3Call } from '../context.ts';
import { pathOf } from '../path/settings.ts';
import { conditionsOf } from './conditions-of.ts';

/** The object that a request wants copied, to be disposed when it was. Throws NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidArgument. */
export function copySource({ context, headers, account, key: by }: S3Call): Reading {
  const source = headers['x-amz-copy-source'] ?? '';
  const [path = '', query] = source.split('?', 2);
  if (query !== undefined && query !== 'versionId=null')
    throw new ObjectError('NotImplemented', 'Objects have no versions here.');
  const [, bucketName = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
  if (key === '')
    throw new ObjectError(
      'InvalidArgument',
      `Copy Source must mention the source bucket and key: 'BUCKET/KEY'; it was '${source.slice(0, 80)}'.`,
    );
  authorise(by, s3Deed('GetObject', bucketName, key));
  const bucket = context.store.buckets.get(account, bucketName);
  // What a path keeps from whoever reads must not be had by copying it first.
  if (pathOf(context.store.buckets.settings(bucket)).get.length > 0)
    throw new ObjectError(
      'NotImplemented',
      `Objects of '${bucketName}' go through functions when they are read: read it and write what comes, instead of copying.`,
    );
  const reading = context.store.read(bucket, key);
  try {
    checkCopySource(conditionsOf(headers, 'x-amz-copy-source-'), reading.object);
    return reading;
  } catch (error) {
    reading[Symbol.dispose]();
    throw error;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ObjectError('InvalidArgument', 'The copy source is not percent-encoded UTF-8.', cause);
  }
}

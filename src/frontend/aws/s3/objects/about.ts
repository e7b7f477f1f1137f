import type { ObjectAbout } from '../../../../objects/contract.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { checkTags } from './tags.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Headers that an object is given back with. */
export const keptHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;

/** What would change what a request means, and is not there: whoever asks for it must not believe to have it. */
const refused: readonly (readonly [pattern: RegExp, words: string])[] = [
  [
    /^x-amz-server-side-encryption/,
    'Objects are not encrypted by this service: encrypt what is secret before it is sent',
  ],
  [/^x-amz-object-lock-/, 'Objects cannot be locked'],
  [/^x-amz-grant-/, 'There are no lists of access; a bucket is its account’s'],
  [/^x-amz-website-redirect-location$/, 'There are no websites'],
  [/^x-amz-write-offset-bytes$/, 'Nothing is appended to an object'],
];
const ownAcls: ReadonlySet<string> = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);

/** Throws NotImplemented for what a request asks for beside its bytes, and there is not. */
export function checkAsked(headers: Headers): void {
  for (const name of Object.keys(headers)) {
    const found = refused.find(([pattern]) => pattern.test(name));
    if (found !== undefined) throw new ObjectError('NotImplemented', `${found[1]} (${name}).`);
  }
  const acl = headers['x-amz-acl'];
  if (acl !== undefined && !ownAcls.has(acl))
    throw new ObjectError(
      'NotImplemented',
      `There is no access list '${acl.slice(0, 40)}' here: a bucket is its account's.`,
    );
  const storage = headers['x-amz-storage-class'];
  if (storage !== undefined && storage !== 'STANDARD')
    throw new ObjectError(
      { code: 'InvalidStorageClass', status: 400 },
      `The storage class you specified is not valid: there is STANDARD only, not '${storage.slice(0, 40)}'.`,
    );
}

/** What the headers of a request say of an object. Throws MetadataTooLarge, InvalidTag, NotImplemented. */
export function aboutOf(headers: Headers): ObjectAbout {
  checkAsked(headers);
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = headers[name];
    if (value !== undefined && value !== '') kept[name] = value;
  }
  // How it came over the wire is no matter of the object's.
  const encoding = kept['content-encoding']
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each.toLowerCase() !== 'aws-chunked')
    .join(', ');
  if (encoding === '') delete kept['content-encoding'];
  else if (encoding !== undefined) kept['content-encoding'] = encoding;
  kept['content-type'] ??= 'binary/octet-stream';
  return { headers: kept, metadata: metadataOf(headers), tags: tagsOf(headers['x-amz-tagging']) };
}

function metadataOf(headers: Headers): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value = ''] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-meta-')) continue;
    metadata[name.slice(11)] = value;
    bytes += name.length - 11 + value.length;
  }
  if (bytes > objectLimits.metadataBytesMax)
    throw new ObjectError(
      'MetadataTooLarge',
      `Your metadata headers exceed the maximum allowed metadata size: ${bytes} of ${objectLimits.metadataBytesMax} bytes.`,
    );
  return metadata;
}

/** Tags as a header says them. */
export function tagsOf(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined || header === '') return {};
  return checkTags([...new URLSearchParams(header)]);
}

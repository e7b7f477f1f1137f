import { wholeBody } from '../auth/payload.ts';
import type { S3Call, S3Operation } from '../context.ts';
import { all, document, element, elements, parseDocument, text, type Parsed } from '../documents/xml.ts';
import { noSuchKey } from '../../../../objects/errors.ts';
import { checkTags } from './tags.ts';

/** `GET /BUCKET/KEY?tagging` */
export const getTagging: S3Operation = async (call) => {
  const object = call.context.store.find(call.bucket(), call.objectKey);
  if (object === undefined) throw noSuchKey(call.objectKey);
  const tags = Object.entries(object.tags).map(([key, value]) =>
    element('Tag', elements(element('Key', key), element('Value', value))),
  );
  return { status: 200, xml: document('Tagging', element('TagSet', { xml: tags.join('') })) };
};

/** `PUT /BUCKET/KEY?tagging` */
export const putTagging: S3Operation = async (call) => {
  const [set = {}] = all(parseDocument(await wholeBody(call.payload), 'Tagging'), 'TagSet');
  const pairs = all(set, 'Tag').map((tag: Parsed) => [text(tag, 'Key') ?? '', text(tag, 'Value') ?? ''] as const);
  await setTags(call, checkTags(pairs));
  return { status: 200 };
};

/** `DELETE /BUCKET/KEY?tagging` */
export const deleteTagging: S3Operation = async (call) => {
  await setTags(call, {});
  return { status: 204 };
};

async function setTags(call: S3Call, tags: Readonly<Record<string, string>>): Promise<void> {
  await call.context.store.setAbout(call.bucket(), call.objectKey, (object) => ({ ...object, tags }));
}

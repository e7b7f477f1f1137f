import { ObjectError } from '../../../../objects/errors.ts';
import { objectLimits } from '../../../../objects/object-limits.ts';

/** Tags, if they may be an object's. Throws InvalidTag. */
export function checkTags(pairs: readonly (readonly [key: string, value: string])[]): Readonly<Record<string, string>> {
  if (pairs.length > objectLimits.tagsMax)
    throw new ObjectError(
      { code: 'BadRequest', status: 400 },
      `Object tags cannot be greater than ${objectLimits.tagsMax}; there are ${pairs.length}.`,
    );
  const tags: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key === '' || key.length > 128 || value.length > 256 || /^aws:/i.test(key))
      throw new ObjectError(
        'InvalidTag',
        `A tag has a key of 1 to 128 characters, not beginning with 'aws:', and a value of at most 256; this one is '${key.slice(0, 40)}'.`,
      );
    if (Object.hasOwn(tags, key))
      throw new ObjectError('InvalidTag', `Cannot provide multiple Tags with the same key: '${key}'.`);
    tags[key] = value;
  }
  return tags;
}

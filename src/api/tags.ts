import { ApiError } from './errors.ts';

/** AWS's limits on tags of one resource. */
const tagsMax = 50;
const keyLengthMax = 128;
const valueLengthMax = 256;

/** Throws InvalidParameterValueException where AWS would. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > tagsMax)
    throw new ApiError(
      'InvalidParameterValueException',
      `A function has at most ${tagsMax} tags, not ${entries.length}.`,
    );
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > keyLengthMax || key.toLowerCase().startsWith('aws:'))
      throw new ApiError(
        'InvalidParameterValueException',
        `The tag key '${key.slice(0, keyLengthMax)}' must have 1 to ${keyLengthMax} characters and not begin with 'aws:'.`,
      );
    if (value.length > valueLengthMax)
      throw new ApiError(
        'InvalidParameterValueException',
        `The value of the tag '${key}' has ${value.length} characters; at most ${valueLengthMax} are allowed.`,
      );
  }
}

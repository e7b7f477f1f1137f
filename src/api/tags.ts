import { ApiError } from './errors.ts';

/** AWS's limits on tags of one resource. */
const tagsMax = 50;
const keyLengthMax = 128;
const valueLengthMax = 256;
/** Of one of ours, which says more than AWS's have to. */
const secretsTag = { key: 'heddle:secrets', valueLengthMax: 4_096 };

/** Throws InvalidParameterValueException where AWS would. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > tagsMax)
    throw new ApiError('InvalidParameterValueException', 'Number of tags exceeds resource tag limit.');
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > keyLengthMax || key.toLowerCase().startsWith('aws:'))
      throw new ApiError(
        'InvalidParameterValueException',
        `The tag key '${key.slice(0, keyLengthMax)}' must have 1 to ${keyLengthMax} characters and not begin with 'aws:'.`,
      );
    const most = key === secretsTag.key ? secretsTag.valueLengthMax : valueLengthMax;
    if (value.length > most)
      throw new ApiError(
        'InvalidParameterValueException',
        `The value of the tag '${key}' has ${value.length} characters; at most ${most} are allowed.`,
      );
  }
}

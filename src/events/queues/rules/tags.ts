import { SqsError } from '../../../api/sqs/errors.ts';

/** Tags of a queue at most. */
export const tagsMax = 50;
const keyUnitsMax = 128;
const valueUnitsMax = 256;

/** Throws InvalidParameterValueException. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > keyUnitsMax)
      throw refuse(`Tag keys must be between 1 and ${keyUnitsMax} characters in length.`);
    if (key.toLowerCase().startsWith('aws:')) throw refuse("Tag keys must not begin with 'aws:'.");
    if (value.length > valueUnitsMax)
      throw refuse(`Tag values must be between 0 and ${valueUnitsMax} characters in length.`);
  }
  if (Object.keys(tags).length > tagsMax) throw refuse(`There are more than ${tagsMax} tags.`);
}

function refuse(message: string): SqsError {
  return new SqsError('InvalidParameterValueException', message);
}

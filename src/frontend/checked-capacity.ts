import { ApiError } from '../api/errors.ts';
import type { Capacity } from '../model/functions/function.ts';

/** The tags of a function that say what its instances are like. */
const kindTag = 'heddle:capacity';
const ceilingTag = 'heddle:capacity-ceiling';
const ceilingMax = 100_000;

/** What tags say of its capacity, if they do. Throws InvalidParameterValueException for what cannot be meant. */
export function capacityOfTags(tags: Readonly<Record<string, string>>): Capacity | undefined {
  const kind = tags[kindTag];
  const ceiling = tags[ceilingTag];
  if (ceiling !== undefined && kind !== 'variable')
    throw refused(
      `The tag ${ceilingTag} is for functions with ${kindTag}=variable; this one has ${kind ?? 'no such tag'}.`,
    );
  if (kind === undefined) return undefined;
  if (kind === 'dedicated') return { kind };
  if (kind !== 'variable')
    throw refused(`The tag ${kindTag} is '${kind.slice(0, 100)}'; it should be 'dedicated' or 'variable'.`);
  return ceiling === undefined ? { kind } : { kind, ceiling: checkedCeiling(ceiling) };
}

function checkedCeiling(text: string): number {
  const ceiling = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (ceiling >= 1 && ceiling <= ceilingMax) return ceiling;
  throw refused(
    `The tag ${ceilingTag} is '${text.slice(0, 100)}'; it should be a whole number from 1 to ${ceilingMax}.`,
  );
}

function refused(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}

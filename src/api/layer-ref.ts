import { ApiError } from './errors.ts';
import { constraintError } from './constraint.ts';
import type { Scope } from './function-ref.ts';

/** A layer, or one of its versions, as a request names it. */
export interface LayerRefGiven {
  readonly account: string;
  readonly name: string;
  readonly version?: number;
}

const pattern =
  /^arn:(?:aws[a-zA-Z-]*):lambda:(?<region>[a-z]{2}(?:(?:-gov)|(?:-iso(?:[a-z]?)))?-[a-z]+-\d{1}):(?<account>\d{12}):layer:(?<name>[a-zA-Z0-9-_]{1,64})(?::(?<version>\d{1,9}))?$/;
const plainName = /^[a-zA-Z0-9-_]{1,64}$/;

/** Reads a layer's name or ARN. Throws ValidationException. */
export function layerName(text: string, scope: Scope): LayerRefGiven {
  if (plainName.test(text)) return { account: scope.account, name: text };
  const ref = layerByArn(text, 'layerName');
  return { account: ref.account, name: ref.name };
}

/** Reads the ARN of a layer's version. Throws ValidationException. */
export function layerVersionByArn(text: string, member: string): Required<LayerRefGiven> {
  const { version, ...ref } = layerByArn(text, member);
  if (version !== undefined) return { ...ref, version };
  throw constraintError(member, text, 'Member must be the ARN of a version of a layer: it ends in :VERSION');
}

/** Reads a version's number in a path. Throws ValidationException, and InvalidParameterValueException for one below 1. */
export function versionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  if (/^(-\d+|0+)$/.test(text))
    throw new ApiError('InvalidParameterValueException', 'Layer Version Cannot be less than 1');
  throw constraintError('versionNumber', text, 'Member must be a number');
}

function layerByArn(text: string, member: string): LayerRefGiven {
  const groups = text.length > 140 ? undefined : pattern.exec(text)?.groups;
  const { account, name, version } = groups ?? {};
  if (account === undefined || name === undefined)
    throw constraintError(
      member,
      text.slice(0, 140),
      'Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:REGION:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+',
    );
  return { account, name, ...(version !== undefined && { version: Number(version) }) };
}

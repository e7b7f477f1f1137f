import type { Conditions } from '../../../../objects/rules/conditions.ts';

/** Conditions as a request has them; `prefix` for those of a copy's source. */
export function conditionsOf(headers: Readonly<Record<string, string | undefined>>, prefix = ''): Conditions {
  return {
    ifMatch: headers[`${prefix}if-match`],
    ifNoneMatch: headers[`${prefix}if-none-match`],
    ifModifiedSince: headers[`${prefix}if-modified-since`],
    ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
  };
}

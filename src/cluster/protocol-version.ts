/** The versions of what hosts say to each other that this release speaks. Raise `max` with what older hosts would misunderstand, and `min` a release later: so two neighbouring releases work side by side. */
const released: ProtocolRange = { min: 1, max: 1 };

/** What this process speaks: what its release does; in tests of an upgrade what HEDDLE_TEST_PROTOCOL says, such as `1-2`, as a release before or after this one would. */
export const protocolVersions: ProtocolRange = ofTest(process.env['HEDDLE_TEST_PROTOCOL']) ?? released;

/** A range of versions. */
export interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

function ofTest(text: string | undefined): ProtocolRange | undefined {
  if (text === undefined) return undefined;
  const [, min, max] = /^(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  if (min === undefined || max === undefined)
    throw new Error(`HEDDLE_TEST_PROTOCOL is "${text}"; it must be MIN-MAX, such as 1-2.`);
  return { min: Number(min), max: Number(max) };
}

/** The highest version that both speak; undefined where there is none. */
export function commonProtocol(one: ProtocolRange, other: ProtocolRange): number | undefined {
  const highest = Math.min(one.max, other.max);
  return highest >= Math.max(one.min, other.min) ? highest : undefined;
}

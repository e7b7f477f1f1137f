/** The first release that Heddle is tested with: systrap, `--pass-fd`. */
export const oldestRelease = 20_240_701;

/**
 * The release date of a runsc, as the number YYYYMMDD, from what `runsc --version` prints or from a package's version:
 * `release-20240729.0`, `0.0~20240729.0-4`. `undefined` where there is none.
 */
export function releaseOf(text: string): number | undefined {
  const date = /(?:release-|~)(20\d{6})\b/.exec(text)?.[1];
  return date === undefined ? undefined : Number(date);
}

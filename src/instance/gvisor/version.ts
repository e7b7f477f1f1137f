import { runTool } from '../../image/tool.ts';

/** A runsc. */
export interface Runsc {
  readonly path: string;
  /** First line of `runsc --version`. */
  readonly version: string;
}

/** The first release that Heddle is tested with: systrap, `--pass-fd`. */
export const oldestRelease = 20_240_701;

/** The first release of which a sandbox that has nothing to do takes no processor time (https://github.com/google/gvisor/pull/13470). */
export const quietRelease = 20_260_701;

/** The first line of what a runsc says of its version. Throws if it does not run. */
export async function versionOf(path: string, signal: AbortSignal): Promise<string> {
  const [line = ''] = (await runTool(path, ['--version'], { signal })).split('\n');
  return line.trim();
}

/**
 * The release date of a runsc, as the number YYYYMMDD, from what `runsc --version` prints or from a package's version:
 * `release-20240729.0`, `0.0~20240729.0-4`. `undefined` where there is none.
 */
export function releaseOf(text: string): number | undefined {
  const date = /(?:release-|~)(20\d{6})\b/.exec(text)?.[1];
  return date === undefined ? undefined : Number(date);
}

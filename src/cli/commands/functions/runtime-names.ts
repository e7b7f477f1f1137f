import { allRuntimes, endedRuntimes, runtimes } from '../../../model/runtimes/configuration.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { suggest } from '../../suggest.ts';

/** Throws CliError (usage) for what is no runtime. */
export function checkRuntime(runtime: string): void {
  if (allRuntimes.some((known) => known === runtime)) return;
  const near = suggest(runtime, allRuntimes);
  throw new CliError(`There is no runtime "${runtime}".`, exitCodes.usage, {
    hint: near === undefined ? `Runtimes: ${runtimes.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

/** What is to be said of a runtime that AWS has ended; undefined of others. */
export function endedLine(runtime: string): string | undefined {
  if (!endedRuntimes.some((ended) => ended === runtime)) return undefined;
  return `AWS has ended ${runtime}: it runs here, by the last Node of that version.`;
}

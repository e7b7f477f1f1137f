/** In the environment that blank containers have: how the supervisor of extensions is started, words with a blank between. */
export const supervisorVariable = '_HEDDLE_SUPERVISOR';

/**
 * The command that supervises extensions and a runtime. `readAheadFd`: where it finds what was read of its channel already; `runtime`: the
 * language, the program and the file of the runtime that it is to start. Throws where this place has none.
 */
export function supervisorCommand(
  value: string | undefined,
  taskRoot: string,
  readAheadFd: number,
  runtime: readonly string[],
): readonly string[] {
  if (value === undefined) throw new Error(`${supervisorVariable} is not set: extensions cannot be started here.`);
  return [...value.split(' '), taskRoot, 'supervise', String(readAheadFd), ...runtime];
}

import { CliError, exitCodes } from '../exit.ts';

/** `['A=1', 'B=x=y']` → `{A: '1', B: 'x=y'}`; a name alone takes this process's value. Throws CliError (usage). */
export function parseEnvironment(pairs: readonly string[], own: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(pair) ?? [];
      if (!/^[A-Za-z]\w+$/.test(name))
        throw new CliError(
          `--env must be KEY=VALUE, or the name of a variable that is set (a letter, then at least one more letter, digit or _); it is "${pair}".`,
          exitCodes.usage,
        );
      const found = value ?? own[name];
      if (found !== undefined) return [name, found];
      throw new CliError(`The function is to have your value of ${name}, which is not set here.`, exitCodes.usage, {
        hint: `Set it (export ${name}=…), or say it: --env ${name}=VALUE`,
      });
    }),
  );
}

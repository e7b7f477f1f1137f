import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, exitCodes } from '../../exit.ts';
import { runProgram } from './run-program.ts';
import { findPython } from './user-python.ts';

/** What a folder says it needs. */
export interface Requirements {
  /** Name of the file that says so. */
  readonly file: 'requirements.txt' | 'pyproject.toml';
  /** Where it lies: paths in it are relative to that. */
  readonly folder: string;
  /** Requirements as pip has them; of `requirements.txt` its lines, for whether there are any. */
  readonly lines: readonly string[];
}

/** Reads `[project] dependencies` as JSON: by the standard library from 3.11 on, before that by what pip brings along. */
const readProject = `
import json, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
with open(sys.argv[1], "rb") as file:
    data = tomllib.load(file)
print(json.dumps({"dependencies": data.get("project", {}).get("dependencies"), "poetry": list(data.get("tool", {}).get("poetry", {}).get("dependencies", {}))}))
`;

/** What a folder needs: by its `requirements.txt`, else by its `pyproject.toml`. Throws CliError. */
export async function requirementsOf(folder: string): Promise<Requirements | undefined> {
  const [list, project] = [join(folder, 'requirements.txt'), join(folder, 'pyproject.toml')];
  if (existsSync(list)) {
    const lines = (await readFile(list, 'utf8')).split('\n').map((line) => line.replace(/(^|\s)#.*/, '').trim());
    return { file: 'requirements.txt', folder, lines: lines.filter((line) => line !== '') };
  }
  if (!existsSync(project)) return undefined;
  return { file: 'pyproject.toml', folder, lines: await dependenciesOf(project) };
}

async function dependenciesOf(project: string): Promise<readonly string[]> {
  const python = await findPython(undefined);
  if (python === undefined)
    throw new CliError(`${project} cannot be read: there is no python3 on the path.`, exitCodes.unfit, {
      hint: 'Install Python 3, or list what it needs in a requirements.txt.',
    });
  const said = await runProgram(python.path, ['-c', readProject, project]).catch((cause: unknown) => {
    throw new CliError(`${project} cannot be read as TOML.`, exitCodes.usage, { cause });
  });
  const { dependencies, poetry }: { dependencies: unknown; poetry: readonly string[] } = JSON.parse(said);
  if (Array.isArray(dependencies)) return dependencies.map(String);
  if (poetry.some((name) => name !== 'python'))
    throw new CliError(`${project} names its dependencies for Poetry only.`, exitCodes.usage, {
      hint: 'Export them: poetry export --output requirements.txt; or move them to [project] dependencies.',
    });
  return [];
}

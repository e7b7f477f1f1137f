import { spawn } from 'node:child_process';
import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { PythonRuntimeName } from '../../../model/runtimes/configuration.ts';
import { runProgram } from './run-program.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import type { Requirements } from './requirements.ts';
import { findPython, type UserPython } from './user-python.ts';

/** Versions of glibc that wheels are made for, and that both runtimes have (PEP 600), the newest first. */
const glibcs = ['2_36', '2_35', '2_34', '2_31', '2_28', '2_27', '2_24', '2_17', '2_12', '2_5'];
const oldNames = ['manylinux2014', 'manylinux2010', 'manylinux1'];
const platforms = [...glibcs.map((version) => `manylinux_${version}`), ...oldNames].map((name) => `${name}_x86_64`);

/**
 * Has the user's pip put packages into `folder`, as wheels for the runtime and not for this machine: nothing of a package is run here. Says on the way
 * what it does. Throws CliError.
 */
export async function installRequirements(
  needs: Requirements,
  runtime: PythonRuntimeName,
  folder: string,
): Promise<void> {
  const pip = await findPip(needs, runtime);
  const list = join(needs.folder, needs.file);
  const temporary = `${folder}.requirements.txt`;
  if (needs.file === 'pyproject.toml') await writeFile(temporary, needs.lines.map((line) => `${line}\n`).join(''));
  const from = needs.file === 'pyproject.toml' ? temporary : list;
  using progress = new Progress();
  progress.step(`Installing what ${needs.file} names, by pip of ${pip.name}`);
  try {
    await runPip(pip, [...pipOptions(runtime), '--target', folder, '--requirement', from], needs.folder, progress);
  } catch (error) {
    progress.fail();
    throw error;
  } finally {
    await rm(temporary, { force: true });
    // Programs for a shell, whose first line names this machine's Python.
    await rm(join(folder, 'bin'), { recursive: true, force: true });
  }
  progress.done(`Installed what ${needs.file} names`);
}

function pipOptions(runtime: PythonRuntimeName): string[] {
  const version = runtime.slice('python'.length);
  const abis = [`cp${version.replace('.', '')}`, 'abi3', 'none'];
  return [
    ...['install', '--disable-pip-version-check', '--no-input', '--no-compile', '--upgrade', '--progress-bar', 'off'],
    ...['--only-binary', ':all:', '--implementation', 'cp', '--python-version', version],
    ...abis.flatMap((abi) => ['--abi', abi]),
    ...platforms.flatMap((platform) => ['--platform', platform]),
  ];
}

async function findPip(needs: Requirements, runtime: PythonRuntimeName): Promise<UserPython> {
  const python = await findPython(runtime);
  const without = (what: string): CliError =>
    new CliError(`${needs.file} names packages to install, and ${what}.`, exitCodes.unfit, {
      hint: 'Install pip (`apt install python3-pip`), or put the packages beside the code and deploy a zip file.',
    });
  if (python === undefined) throw without('there is no python3 on the path');
  const found = await runProgram(python.path, ['-m', 'pip', '--version']).catch(() => undefined);
  if (found === undefined) throw without(`${python.path} has no pip`);
  return python;
}

async function runPip(pip: UserPython, args: readonly string[], cwd: string, progress: Progress): Promise<void> {
  const child = spawn(pip.path, ['-m', 'pip', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const exited = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1)),
  );
  const words = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const said = wordsOf(line);
    if (said !== undefined) progress.step(said);
  }
  const end = await Promise.race([exited, failed]);
  if (end === 0) return;
  const lines = (await words).split('\n').filter((line) => /^(ERROR|error):/.test(line));
  const noWheel = lines.some((line) => line.includes('No matching distribution') || line.includes('Could not find'));
  throw new CliError(
    `pip could not install everything: ${lines.join(' ') || `it ended with ${end}`}`,
    exitCodes.refused,
    {
      hint: noWheel
        ? 'Only wheels for Linux on x86-64 and this version of Python are taken: what a package compiles when it is installed would run on this machine. Another --runtime may have one.'
        : `It was run as ${pip.path} -m pip.`,
    },
  );
}

/** What pip says that somebody who waits wants to know. */
function wordsOf(line: string): string | undefined {
  const [, name] = /^Collecting (\S+)/.exec(line) ?? [];
  if (name !== undefined) return `Finding ${name}`;
  const [, file, size] = /^\s*Downloading (\S+?)(?:\.metadata)? \(([^)]+)\)/.exec(line) ?? [];
  if (file !== undefined && size !== undefined) return `Downloading ${file.split('/').at(-1) ?? ''} (${size})`;
  return line.startsWith('Installing collected packages') ? 'Unpacking' : undefined;
}

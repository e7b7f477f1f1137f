import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError, exitCodes } from '../../exit.ts';

async function bench(args: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL('../../../../bench/main.ts', import.meta.url));
  if (!existsSync(program))
    throw new CliError('Benchmarks are part of the repository, not of the installed package.', exitCodes.unfit, {
      hint: 'Clone the repository and run ./heddle bench there.',
    });
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? exitCodes.defect));
  process.exitCode = await promise;
}

/** `heddle bench` */
export function benchCommand(): Command {
  return (
    new Command('bench')
      .description('measure this build on this machine, beside an older build and its peers')
      .argument('[args...]', 'passed on to the benchmark; --help lists them')
      .allowUnknownOption()
      // As they were written: some of the benchmark's flags have the names of ours.
      .action(async () => await bench(process.argv.slice(process.argv.indexOf('bench') + 1)))
  );
}

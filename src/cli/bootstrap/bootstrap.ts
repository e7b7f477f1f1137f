import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { CliError } from '../exit.ts';
import type { Progress } from '../output/progress.ts';
import { paint } from '../output/style.ts';
import { install } from './apt.ts';
import { findProgram, missingPackages } from './missing.ts';
import type { Feature, SystemPackage } from './packages.ts';
import { planInstall, type Plan } from './plan.ts';

/** How the bootstrap is to go about it. */
export interface BootstrapOptions {
  readonly features: readonly Feature[];
  /** The user said yes beforehand (`--yes`). */
  readonly agreed: boolean;
  readonly progress: Progress;
}

function circumstancesPlan(missing: readonly SystemPackage[], agreed: boolean): Plan {
  const path = process.env['PATH'] ?? '';
  const root = process.geteuid?.() === 0;
  const sudo = !root && findProgram('sudo', path) !== undefined;
  return planInstall({
    packages: missing.map((item) => item.name),
    root,
    aptGet: findProgram('apt-get', path) !== undefined,
    sudo,
    sudoSilent: sudo && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0,
    terminal: process.stdin.isTTY && process.stderr.isTTY,
    agreed,
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function sayMissing(missing: readonly SystemPackage[]): void {
  for (const item of missing) say(`  ${paint('bold', item.name, process.stderr)}: ${item.why}`);
}

async function agree(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Install them now? [Y/n] ');
    return /^\s*(y(es)?)?\s*$/i.test(answer);
  } catch {
    return false; // Ctrl-C or Ctrl-D at the question.
  } finally {
    terminal.close();
  }
}

function sayWithout(missing: readonly SystemPackage[], command: string): void {
  const lost = [...new Set(missing.flatMap((item) => item.features))].join(', ');
  say(`Going on without (${lost} will not work). To get them: ${command}`);
}

/**
 * Sees to it that the system packages for these features are there, as far as this user may. Never throws for what
 * could not be installed: says so and goes on, since the service works with any one driver. Takes a millisecond where
 * nothing is missing.
 */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const missing = missingPackages(options.features, process.env['PATH'] ?? '');
  if (missing.length === 0) return;
  const plan = circumstancesPlan(missing, options.agreed);
  if (plan.kind === 'nothing') return;
  options.progress.done();
  const by = plan.kind === 'advise' ? 'Missing system packages:' : 'Heddle needs these system packages:';
  say(by);
  sayMissing(missing);
  const command = `sudo apt-get install ${missing.map((item) => item.name).join(' ')}`;
  if (plan.kind === 'advise') return sayWithout(missing, plan.command);
  if (plan.ask && !(await agree())) return sayWithout(missing, command);
  if (!plan.ask) say('Installing them with apt-get.');
  try {
    await install(
      missing.map((item) => item.name),
      plan.prefix,
      (line) => options.progress.step(line),
    );
    options.progress.done();
  } catch (error) {
    options.progress.fail();
    if (!(error instanceof CliError)) throw error;
    say(error.message);
    sayWithout(missing, command);
  }
}

/** The features that a choice of driver needs. */
export function featuresOf(driver: string): readonly Feature[] {
  if (driver === 'microvm' || driver === 'gvisor' || driver === 'host') return [driver];
  return ['microvm', 'gvisor', 'host'];
}

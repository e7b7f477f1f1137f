import type { FileResult } from './results.ts';

/** Lines of a file's own output that are shown where it failed. */
const outputLinesMax = 80;

/** Lines of an error that are repeated at the end, where somebody reads only the last screen. */
const repeatedLinesMax = 3;

function headOf({ failures }: FileResult): string {
  return failures
    .map(({ name, said }) => `  ${name}\n${said.split('\n').slice(0, repeatedLinesMax).join('\n')}`)
    .join('\n');
}

/** Says what came of each file: a line for each, failures in full at once; all that matters again at the end. */
export class Tally {
  /** The last result of each file. */
  readonly #results = new Map<string, FileResult>();
  /** Failures of files which passed when they ran again. */
  readonly #passedAlone: FileResult[] = [];
  readonly #notRun: string[] = [];

  /** Files whose last run failed, in the order in which they did. */
  get failedFiles(): readonly string[] {
    return [...this.#results.values()].filter(({ failures }) => failures.length > 0).map(({ file }) => file);
  }

  get passed(): number {
    return [...this.#results.values()].reduce((sum, { passed }) => sum + passed, 0);
  }

  get failed(): number {
    const failures = [...this.#results.values()].reduce((sum, result) => sum + result.failures.length, 0);
    return failures + this.#notRun.length;
  }

  /** A file has ended. Where it has run before, this result counts, and the other is told of. */
  add(result: FileResult): void {
    const { file, passed, failures, output, left, durationMs } = result;
    for (const { name, said } of failures) console.log(`✖ ${name}\n${said}`);
    if (failures.length > 0 && output !== '') {
      const lines = output.trimEnd().split('\n').slice(-outputLinesMax);
      console.log(lines.map((line) => `    | ${line}`).join('\n'));
    }
    const mark = failures.length === 0 ? '✔' : '✖';
    console.log(`${mark} ${file}: ${passed} passed, ${(durationMs / 1_000).toFixed(1)} s`);
    for (const line of left) console.log(`    left running, and was killed: ${line.slice(0, 160)}`);
    const before = this.#results.get(file);
    if (before !== undefined && failures.length === 0) this.#passedAlone.push(before);
    this.#results.set(file, result);
  }

  /** There was no time left for these files: they count as failed. */
  notRun(files: readonly string[]): void {
    this.#notRun.push(...files);
  }

  /** What was left out, what was skipped and why, what failed, and the line that says it all. */
  summary(durationMs: number, leftOut: readonly string[]): void {
    if (leftOut.length > 0)
      console.log(`\nLeft out, as they take long (HEDDLE_TEST_SLOW=1 runs them):\n  ${leftOut.join('\n  ')}`);
    const skipped = [...this.#results.values()].flatMap((result) => result.skipped);
    if (skipped.length > 0) console.log('\nSkipped:');
    for (const { file, name, reason } of skipped) console.log(`  ${file}: ${name}: ${reason}`);
    if (this.#passedAlone.length > 0) {
      console.log('\nFailed beside others, and passed when their files ran again with nothing beside them:');
      console.log(this.#passedAlone.map(headOf).join('\n'));
    }
    const failed = [...this.#results.values()].filter(({ failures }) => failures.length > 0);
    if (failed.length > 0) console.log(`\nFailed:\n${failed.map(headOf).join('\n')}`);
    if (this.#notRun.length > 0)
      console.log(`\nNot run, as the time for all was over:\n  ${this.#notRun.join('\n  ')}`);
    const seconds = (durationMs / 1_000).toFixed(0);
    console.log(`\n${this.passed} passed, ${this.failed} failed, ${skipped.length} skipped, in ${seconds} s`);
  }
}

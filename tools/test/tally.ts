import { inspect } from 'node:util';
import { relative } from 'node:path';
import type { EventData } from 'node:test';
import { root } from '../tidy/source.ts';

/** Lines of a file's own output that are shown where it failed. */
const outputLinesMax = 80;

/** Lines of an error that are repeated at the end, where somebody reads only the last screen. */
const repeatedLinesMax = 3;

/** Counts what happened, and says it: a line for each file, failures in full at once; skipped and failed tests at the end. */
export class Tally {
  passed = 0;
  failed = 0;
  readonly #failures: string[] = [];
  readonly #skipped: { readonly file: string; readonly name: string; readonly reason: string }[] = [];
  readonly #files = new Map<string, { output: string }>();

  #file(path: string | undefined): { output: string } {
    const key = path ?? '';
    const found = this.#files.get(key) ?? { output: '' };
    this.#files.set(key, found);
    return found;
  }

  /** A test or suite ended well, or was skipped. */
  pass(data: EventData.TestPass): void {
    if (data.skip !== undefined && data.skip !== false) {
      const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
      this.#skipped.push({ file: relative(root, data.file ?? ''), name: data.name, reason });
    } else if (data.details.type !== 'suite') {
      this.passed += 1;
    }
  }

  /** A test failed. Suites and files fail with their tests and are not counted again. */
  fail(data: EventData.TestFail): void {
    const { error, type } = data.details;
    const failureType: unknown = 'failureType' in error ? error.failureType : undefined;
    if (type === 'suite' || failureType === 'subtestsFailed') return;
    this.failed += 1;
    const where = `${relative(root, data.file ?? '')}${data.line === undefined ? '' : `:${data.line}`}`;
    const name = `${data.name} (${where})`;
    const said = inspect(error.cause ?? error, { depth: 6 }).replaceAll(/^/gm, '    ');
    console.log(`✖ ${name}`);
    console.log(said);
    this.#failures.push(`  ${name}\n${said.split('\n').slice(0, repeatedLinesMax).join('\n')}`);
  }

  /** A file wrote something itself; kept for the case that it fails. */
  output(path: string | undefined, text: string): void {
    const file = this.#file(path);
    file.output = (file.output + text).slice(-16_384);
  }

  /** A file has ended. `passed` counts what ran in it, also tests that were written in another file, as suites are. */
  fileEnd(path: string, durationMs: number, success: boolean, passed: number): void {
    const file = this.#file(path);
    if (!success && file.output !== '') {
      const lines = file.output.trimEnd().split('\n').slice(-outputLinesMax);
      console.log(lines.map((line) => `    | ${line}`).join('\n'));
    }
    const mark = success ? '✔' : '✖';
    console.log(`${mark} ${relative(root, path)}: ${passed} passed, ${(durationMs / 1_000).toFixed(1)} s`);
  }

  /** What was skipped and why, what failed, and the line that says it all. */
  summary(durationMs: number): void {
    if (this.#skipped.length > 0) console.log('\nSkipped:');
    for (const { file, name, reason } of this.#skipped) console.log(`  ${file}: ${name}: ${reason}`);
    if (this.#failures.length > 0) console.log(`\nFailed:\n${this.#failures.join('\n')}`);
    const seconds = (durationMs / 1_000).toFixed(0);
    console.log(`\n${this.passed} passed, ${this.failed} failed, ${this.#skipped.length} skipped, in ${seconds} s`);
  }
}

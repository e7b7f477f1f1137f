import type { EventData } from 'node:test';
import { relative } from 'node:path';
import { inspect } from 'node:util';
import { root } from '../tidy/source.ts';

/** Characters of what a file has printed that are kept for the case that it fails. */
const outputCharsMax = 16_384;

export interface Failure {
  /** The test's name, and where it is. */
  readonly name: string;
  /** The error, in full. */
  readonly said: string;
}

export interface Skipped {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

/** What came of one test file. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly Skipped[];
  /** The last of what it printed itself. */
  readonly output: string;
  /** Command lines of processes that still ran when it had ended, and were killed. */
  readonly left: readonly string[];
  readonly durationMs: number;
}

/** Collects what one test file reports. */
export class Results {
  readonly #file: string;
  readonly #startedAt = performance.now();
  readonly #failures: Failure[] = [];
  readonly #skipped: Skipped[] = [];
  #passed = 0;
  #output = '';
  #succeeded = true;

  constructor(file: string) {
    this.#file = file;
  }

  /** A test or suite ended well, or was skipped. */
  pass(data: EventData.TestPass): void {
    if (data.skip !== undefined && data.skip !== false) {
      const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
      this.#skipped.push({ file: this.#file, name: data.name, reason });
    } else if (data.details.type !== 'suite') {
      this.#passed += 1;
    }
  }

  /** A test failed. Suites and files fail with their tests and are not counted again. */
  fail(data: EventData.TestFail): void {
    const { error, type } = data.details;
    const failureType: unknown = 'failureType' in error ? error.failureType : undefined;
    if (type === 'suite' || failureType === 'subtestsFailed') return;
    const where = `${relative(root, data.file ?? '')}${data.line === undefined ? '' : `:${data.line}`}`;
    this.#failures.push({
      name: `${data.name} (${where})`,
      said: inspect(error.cause ?? error, { depth: 6 }).replaceAll(/^/gm, '    '),
    });
  }

  /** The file wrote something itself. */
  output(text: string): void {
    this.#output = (this.#output + text).slice(-outputCharsMax);
  }

  /** The file's own word, which knows of what no single test is to blame for: a hook, or an exit. */
  summary(data: EventData.TestSummary): void {
    if (data.file !== undefined) this.#succeeded = data.success;
  }

  /** The file was killed after `limitMs`, with the processes that had these command lines. */
  late(limitMs: number, killed: readonly string[]): void {
    const lines = killed.map((line) => `      ${line.slice(0, 160)}`);
    this.#failures.push({
      name: `has ended in time (${this.#file})`,
      said: [`    It was killed after ${limitMs / 60_000} minutes, with all it had started:`, ...lines].join('\n'),
    });
  }

  /** `left`: command lines of what it left running. */
  end(left: readonly string[]): FileResult {
    if (!this.#succeeded && this.#failures.length === 0) {
      this.#failures.push({
        name: `runs to its end (${this.#file})`,
        said: '    A suite or a hook failed, or it exited early.',
      });
    }
    return {
      file: this.#file,
      passed: this.#passed,
      failures: this.#failures,
      skipped: this.#skipped,
      output: this.#output,
      left,
      durationMs: performance.now() - this.#startedAt,
    };
  }
}

import { writeSync } from 'node:fs';
import { emitKeypressEvents } from 'node:readline';
import type { Key } from './state.ts';

const alternate = { on: '\u001B[?1049h', off: '\u001B[?1049l' };
const cursor = { hide: '\u001B[?25l', show: '\u001B[?25h' };
/** Lines are not broken at the edge: a resize between computing and writing would tear the picture. */
const wrap = { off: '\u001B[?7l', on: '\u001B[?7h' };
/** What is between them is shown at once, by terminals that can; others leave them out. */
const together = { begin: '\u001B[?2026h', end: '\u001B[?2026l' };

/** Signals that end a process, and the exit code that says so. */
const signals = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130, SIGQUIT: 131 } as const;

/** What is told of the terminal. */
export interface ScreenListener {
  key(key: Key): void;
  /** Its size has changed, or it was given back to this process. */
  changed(): void;
}

/**
 * The whole terminal, for as long as it is not disposed of: however the process ends (but by SIGKILL), the terminal is what it was before. Needs a terminal as standard input and
 * output.
 */
export class Screen implements Disposable {
  readonly #listener: ScreenListener;
  #shown: readonly string[] = [];
  #entered = false;

  constructor(listener: ScreenListener) {
    this.#listener = listener;
    process.on('exit', this.#leave);
    for (const signal of Object.keys(signals)) process.on(signal, this.#onSignal);
    process.on('SIGCONT', this.#onContinue);
    process.stdout.on('resize', this.#onResize);
    emitKeypressEvents(process.stdin);
    process.stdin.on('keypress', this.#onKey);
    this.#enter();
  }

  get columns(): number {
    return process.stdout.columns;
  }

  get rows(): number {
    return process.stdout.rows;
  }

  /** Shows these lines, one a row; writes only what has changed. */
  show(lines: readonly string[]): void {
    if (!this.#entered) return;
    let text = '';
    for (let row = 0; row < Math.max(lines.length, this.#shown.length); row += 1) {
      const line = lines[row] ?? '';
      // Cleared before: behind a line that is as wide as the terminal the cursor stands on its last character.
      if (line !== this.#shown[row]) text += `\u001B[${row + 1};1H\u001B[2K${line}`;
    }
    this.#shown = lines;
    if (text !== '') process.stdout.write(together.begin + text + together.end);
  }

  /** As any program does at Ctrl-Z: gives the terminal back and stands still, until it is continued. */
  suspend(): void {
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  }

  [Symbol.dispose](): void {
    this.#leave();
    process.off('exit', this.#leave);
    for (const signal of Object.keys(signals)) process.off(signal, this.#onSignal);
    process.off('SIGCONT', this.#onContinue);
    process.stdout.off('resize', this.#onResize);
    process.stdin.off('keypress', this.#onKey);
    process.stdin.pause();
  }

  #enter(): void {
    this.#entered = true;
    this.#shown = [];
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(`${alternate.on}${cursor.hide}${wrap.off}\u001B[2J`);
  }

  readonly #leave = (): void => {
    if (!this.#entered) return;
    this.#entered = false;
    const text = wrap.on + cursor.show + alternate.off;
    try {
      process.stdin.setRawMode(false);
      // Not by the stream: the process may be about to end.
      writeSync(1, text);
    } catch {
      // The terminal is gone (SIGHUP): there is nothing left to restore.
    }
  };

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#leave();
    const code = Object.entries(signals).find(([name]) => name === signal)?.[1] ?? 1;
    process.exit(code);
  };

  readonly #onContinue = (): void => {
    if (!this.#entered) this.#enter();
    this.#listener.changed();
  };

  readonly #onResize = (): void => {
    this.#shown = [];
    process.stdout.write('\u001B[2J');
    this.#listener.changed();
  };

  readonly #onKey = (_text: string | undefined, key: Key): void => this.#listener.key(key);
}

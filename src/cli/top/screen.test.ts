import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestService, type TestService } from '../testing.ts';

const main = join(import.meta.dirname, '..', 'main.ts');
/** Lines are wrapped again, the cursor is shown, and what was on the terminal before is there again. */
const restored = '\u001B[?7h\u001B[?25h\u001B[?1049l';

/** A command on a terminal of its own, 80 columns wide and 24 rows high, by util-linux's script(1). */
class Terminal {
  readonly #child;
  readonly #changed = new EventTarget();
  readonly exited: Promise<unknown[]>;
  text = '';

  constructor(home: string, more: Readonly<Record<string, string>> = {}) {
    const words = `stty rows 24 cols 80; echo pid=$$ tty=$(tty); exec '${process.execPath}' '${main}' top --home '${home}'`;
    const env = { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', ...more };
    this.#child = spawn('script', ['-qefc', words, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#changed.dispatchEvent(new Event('text'));
    });
    this.exited = once(this.#child, 'close');
  }

  get pid(): number {
    return Number(/pid=(\d+)/.exec(this.text)?.[1]);
  }

  /** Makes it larger or smaller, as its window is. */
  resize(columns: number, rows: number): void {
    const tty = /tty=(\S+)/.exec(this.text)?.[1] ?? assert.fail('It has not said which terminal it has.');
    execFileSync('stty', ['-F', tty, 'cols', String(columns), 'rows', String(rows)]);
  }

  press(keys: string): void {
    this.#child.stdin.write(keys);
  }

  async shows(pattern: RegExp): Promise<void> {
    const ended = this.exited.then((how) => assert.fail(`It ended with ${String(how)} and showed ${this.text}`));
    ended.catch(() => undefined); // once it was shown, it may end
    while (!pattern.test(this.text)) await Promise.race([once(this.#changed, 'text'), ended]);
  }
}

describe('heddle top on a terminal', () => {
  let service: TestService;
  before(async () => {
    service = await startTestService();
  });
  after(() => service[Symbol.asyncDispose]());

  test('shows the pools, hears keys, and gives the terminal back at q', async () => {
    const terminal = new Terminal(service.home);
    await terminal.shows(/heddle top.*START PATH.*i-one.*q quit/s);
    terminal.press('/none-such');
    await terminal.shows(/Nothing has "none-such" in it\./);
    terminal.press('\rq');
    assert.deepEqual(await terminal.exited, [0, null]);
    assert.ok(terminal.text.endsWith(restored), JSON.stringify(terminal.text.slice(-200)));
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    test(`gives it back when it is ended by ${signal}`, async () => {
      const terminal = new Terminal(service.home);
      await terminal.shows(/q quit/);
      process.kill(terminal.pid, signal);
      assert.deepEqual(await terminal.exited, [code, null]);
      assert.ok(terminal.text.endsWith(restored));
    });

  test('gives it back at Ctrl-C', async () => {
    const terminal = new Terminal(service.home);
    await terminal.shows(/q quit/);
    terminal.press('\u0003');
    assert.deepEqual(await terminal.exited, [0, null]);
    assert.ok(terminal.text.endsWith(restored));
  });

  test('is as large as its terminal, whenever that changes, and has no colours where none are wanted', async () => {
    const terminal = new Terminal(service.home, { NO_COLOR: '1' });
    // oxlint-disable-next-line no-control-regex -- each row begins with one
    const beside = /START PATH[^\n\u001B]*FUNCTION/;
    await terminal.shows(/q quit/);
    assert.doesNotMatch(terminal.text, beside);
    terminal.resize(130, 30);
    // Wide enough for both beside each other.
    await terminal.shows(beside);
    // oxlint-disable-next-line no-control-regex -- colours are what is looked for
    assert.doesNotMatch(terminal.text, /\u001B\[\d*m/);
    terminal.resize(40, 10);
    await terminal.shows(/Too small: 40x10/);
    terminal.press('q');
    await terminal.exited;
  });

  test('says that the service is away, and goes on with the one that comes', async () => {
    const home = await mkdtemp(join(tmpdir(), 'heddle-top-test-'));
    const files = ['credentials', 'service.json'] as const;
    const point = async (to: TestService): Promise<void> =>
      void (await Promise.all(files.map((name) => copyFile(join(to.home, name), join(home, name)))));
    const first = await startTestService();
    await point(first);
    const terminal = new Terminal(home);
    await terminal.shows(new RegExp(`${first.url}.*live`));
    await first[Symbol.asyncDispose]();
    await terminal.shows(/no answer, trying again/);
    await using second = await startTestService();
    await point(second);
    await terminal.shows(new RegExp(`${second.url}.*live`));
    terminal.press('q');
    assert.deepEqual(await terminal.exited, [0, null]);
    await rm(home, { recursive: true });
  });

  test('takes nothing where there is nobody to ask', async () => {
    const terminal = new Terminal('/nonexistent');
    assert.deepEqual(await terminal.exited, [3, null]);
    assert.doesNotMatch(terminal.text, /\?1049h/);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

  constructor(home: string, more: string = '') {
    const words = `stty rows 24 cols 80; echo pid=$$; exec '${process.execPath}' '${main}' top --home '${home}' ${more}`;
    const env = { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' };
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

  press(keys: string): void {
    this.#child.stdin.write(keys);
  }

  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await once(this.#changed, 'text');
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

  test('takes nothing where there is nobody to ask', async () => {
    const terminal = new Terminal('/nonexistent');
    assert.deepEqual(await terminal.exited, [3, null]);
    assert.doesNotMatch(terminal.text, /\?1049h/);
  });
});

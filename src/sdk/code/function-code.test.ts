import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { CodeError } from './code-error.ts';
import { functionCode } from './function-code.ts';
import { runCode, TestFolder } from './testing.ts';
import type { ThreadCode } from './thread-code.ts';

const own = import.meta.filename;

/** What `spawn` will do: the stack of whoever calls. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- any function at all
async function codeOf(fn: Function): Promise<ThreadCode> {
  const caller = { stack: '' };
  Error.captureStackTrace(caller, codeOf);
  return await functionCode(fn, caller.stack);
}

/** Makes a value of code that no TypeScript file may hold. */
const made = (code: string): Function => runInThisContext(`(${code})`);

/** Functions that are members, by how they are got. */
const members = {
  '({ plain(a) { return a + 1; } }).plain': 2,
  "({ async 'odd name'(a) { return a + 2; } })['odd name']": 3,
  '({ get: (a) => a + 3 }).get': 4,
  '({ async(a) { return a + 4; } }).async': 5,
  "Object.getOwnPropertyDescriptor({ get value() { return 6; } }, 'value').get": 6,
  '(class { static shared(a) { return a + 6; } }).shared': 7,
  "({ [/* [( */ `computed${'('}`](a) { return a + 7; } })['computed(']": 8,
};

describe('A function runs in a thread', () => {
  const call = async (fn: Function, ...args: unknown[]): Promise<unknown> =>
    (await runCode(await codeOf(fn), 'default', args)).value;

  test('as an arrow function, with all that parameters may be', async () => {
    const fn = ({ a, ...rest }: { a: number; b: number }, [c = 3] = [], d = a + c, ...more: number[]) =>
      [a, rest.b, c, d, more.length, typeof globalThis, typeof URL].join();
    assert.equal(await call(fn, { a: 1, b: 2 }), '1,2,3,4,0,object,function');
  });

  test('as an asynchronous function that uses globals, classes, labels, closures and names that hide others', async () => {
    async function work(limit: number): Promise<unknown> {
      class Box<T> {
        static count = 0;
        #value: T;
        constructor(value: T) {
          this.#value = value;
          Box.count++;
        }
        get value(): T {
          return this.#value;
        }
      }
      const boxes: Box<number>[] = [];
      outer: for (let i = 0; ; i++)
        for (const limit of [1, 2]) {
          boxes.push(new Box(i * limit));
          if (boxes.length > 3) break outer;
        }
      const { sep } = await import('node:path');
      try {
        throw new Error(sep);
      } catch (error) {
        return [
          limit,
          Box.count,
          boxes.map((box) => box.value),
          error instanceof Error && error.message,
          new.target === undefined,
          arguments.length,
        ];
      }
    }
    assert.deepEqual(await call(work, 5), [5, 4, [0, 0, 1, 2], '/', true, 1]);
  });

  test('as a generator, under its own name, which it may call itself by', async () => {
    function* count(n: number): Generator<number> {
      if (n > 0) yield* count(n - 1);
      yield n;
    }
    const code = await codeOf(count);
    const text = Buffer.from(code.files[0]?.data ?? []).toString('utf8');
    assert.deepEqual([...(await import(`data:text/javascript,${encodeURIComponent(text)}`)).default(2)], [0, 1, 2]);
    assert.equal(
      await call(function fib(n: number): number {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
      }, 10),
      55,
    );
  });

  test('as a method, getter or static method', async () => {
    for (const [code, value] of Object.entries(members)) assert.equal(await call(made(code), 1), value, code);
    for (const code of ['({ *gen() { yield 1; } }).gen', '({ async *both() { yield 1; } }).both'])
      assert.ok(await codeOf(made(code)));
  });

  test('with its name, even a strange one', async () => {
    for (const name of ['default', '__proto__', 'a "b"', 'class', '']) {
      const fn = { [name]: (): string => new Error('here').stack ?? '' }[name] as () => string;
      const stack = String(await call(fn));
      assert.ok(stack.includes(name) && stack.includes(own), stack);
    }
  });

  test('with require, and with the helper that esbuild puts into what it transpiles', async () => {
    assert.equal(await call(made(`() => { const { sep } = require('path'); return sep; }`)), '/');
    assert.equal(await call(made(`() => { const f = __name(() => 1, 'renamed'); return f.name; }`)), 'renamed');
  });
});

describe('A function is refused', () => {
  const refusal = (fn: Function): Error & Record<string, unknown> => {
    const caller = { stack: '' };
    Error.captureStackTrace(caller, refusal);
    let refused: unknown;
    try {
      void functionCode(fn, caller.stack);
    } catch (error) {
      refused = error;
    }
    assert.ok(refused instanceof Error, `not refused: ${String(fn)}`);
    return Object.assign(refused);
  };

  test('with the variable that it captures, and where', () => {
    const outside = 1;
    const error = refusal((a: number) => {
      return a + outside + own.length;
    });
    const { name, variable, variables, line, column, file, fileLine, fileColumn } = error;
    assert.ok(error instanceof TypeError);
    assert.deepEqual(
      { name, variable, variables, line, column },
      {
        name: 'CapturedVariableError',
        variable: 'outside',
        variables: ['outside', 'own'],
        line: 2,
        column: 18,
      },
    );
    assert.equal(file, own);
    const text = readFileSync(own, 'utf8')
      .split('\n')
      .at(Number(fileLine) - 1)
      ?.slice(Number(fileColumn) - 1);
    assert.ok(text?.startsWith('outside + own.length'), text);
    assert.match(
      error.message,
      /^A function captures `outside` \(and `own`\) at .*\.test\.ts:\d+:18 \(line 2, column 18 /,
    );
  });

  for (const [code, variable] of [
    ['() => this.x', 'this'],
    ['() => () => this', 'this'],
    ['() => class { [this.x] = 1 }', 'this'],
    ['() => arguments[0]', 'arguments'],
    ['({ m() { return super.toString(); } }).m', 'super'],
    ['({ m() { return () => super.x; } }).m', 'super'],
    ['(function () { return () => new.target; })()', 'new.target'],
    ['new (class { #p = 1; f = (o) => o.#p; })().f', '#p'],
    ['(a = b) => a', 'b'],
    ['({ [k]: v }) => v', 'k'],
    ['() => { x = 1; }', 'x'],
    ['() => { { let y = 1; } return y; }', 'y'],
    ['() => { { function z() {} } return z; }', 'z'],
    ['() => { try {} catch (e) {} return e; }', 'e'],
    ['() => class extends Base {}', 'Base'],
    ['() => `${t}`', 't'],
    ['() => tag`x`', 'tag'],
    ['() => ({ short })', 'short'],
    ['() => __dirname', '__dirname'],
    ['() => { for (const a of a2) ; }', 'a2'],
    ['(f = () => late) => { var late; return f(); }', 'late'],
    ['() => typeof t === 1 || t', 't'],
    ["() => import('node:fs', opts)", 'opts'],
    ['() => tslib_1.__awaiter', 'tslib_1'],
  ] as const)
    test(`for ${variable} in ${code}`, () => {
      const error = refusal(made(code));
      assert.equal(error['variable'], variable, error.message);
      assert.match(error.message, / at .*\.test\.ts:\d+:\d+ \(line 1, column \d+ of the function\)\. /);
    });

  test('by the place of its call where its text is in no file', () => {
    const { message } = refusal(made(`() => ${'outside'.toUpperCase()}`));
    assert.match(message, / at line 1, column 7 of the function, which is started at .*\.test\.ts:\d+:\d+\. /);
  });

  test('that calls itself by the name of a variable, with a word on how to', () => {
    const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
    assert.match(refusal(fib).message, /`fib` captures `fib` .* write it as `function fib\(…\)`/);
  });

  test('that is no function of JavaScript, or none that a module may have', () => {
    for (const fn of [Math.max, codeOf.bind(undefined, codeOf), new Proxy(codeOf, {})])
      assert.match(refusal(fn).message, /^A native or bound function has no source/);
    assert.match(refusal(made('class {}')).message, /^A class cannot be called/);
    const sloppy = refusal(made('function old() {\n with (Math) return 1; }'));
    assert.ok(sloppy instanceof CodeError);
    assert.match(
      sloppy.message,
      /^The function old is no code for a module.*'with' in strict mode \(line 2, column 2\)/,
    );
  });
});

describe('A function of a file', () => {
  const run = async (folder: TestFolder, main: string): Promise<string> => {
    const path = folder.write('main.ts', main);
    const { stdout } = await promisify(execFile)(process.execPath, [path]);
    return stdout;
  };
  const imports = `import { functionCode } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'function-code.ts')).href)};
import { runCode } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'testing.ts')).href)};
const spawn = async (fn: Function, ...args: unknown[]) => {
  const caller = { stack: '' };
  Error.captureStackTrace(caller, spawn);
  const { value, stack } = await runCode(await functionCode(fn, caller.stack), 'default', args);
  console.log(stack ?? value);
};
`;

  test('fails with a stack that shows its lines there', async () => {
    using folder = new TestFolder();
    const stack = await run(
      folder,
      `${imports}
interface Options { readonly a: number }
await spawn(function go({ a }: Options): never {
  const inner = (n: number): never => { throw new Error('n' + n); };
  return inner(a);
}, { a: 1 });
await spawn(() => { throw new Error('one'); }); await spawn(() => { throw new Error('one'); });
`,
    );
    assert.ok(stack.includes(`inner (${folder.path}/main.ts:12:47)`), stack);
    assert.ok(stack.includes(`go (${folder.path}/main.ts:13:10)`), stack);
    assert.ok(stack.includes(`main.ts:15:27`) && stack.includes(`main.ts:15:75`), stack);
  });

  test('brings what it imports, with the lines of both files', async () => {
    using folder = new TestFolder({
      'lib/x.ts': `type N = number;
export const double = (n: N): N => { if (n > 2) throw new Error('big'); return n * 2; };`,
      'node_modules/pkg/index.js': 'exports.three = () => 3;',
    });
    const output = await run(
      folder,
      `${imports}
const work = async (n: number) => {
  const { double } = await import('./lib/x.ts');
  const { three } = (await import('pkg')).default;
  return double(n) + three() + (await import('node:path')).sep;
};
await spawn(work, 2);
await spawn(function () { return require('pkg').three() + require('node:path').sep; });
await spawn(work, 3);
`,
    );
    const [value, required, ...stack] = output.split('\n');
    assert.deepEqual([value, required], ['7/', '3/']);
    assert.match(stack.join('\n'), new RegExp(`${folder.path}/lib/x\\.ts:2:55`));
    assert.match(stack.join('\n'), new RegExp(`work \\(${folder.path}/main\\.ts:13:10\\)`));
  });

  test('is refused with the import that is not there', async () => {
    await assert.rejects(
      codeOf(made('async () => import(`./not-there.ts`)')),
      /function-code\.test\.ts[^]*Could not resolve "\.\/not-there\.ts"/,
    );
  });
});

test('the same function is made code of once', async () => {
  const codes = new Set<ThreadCode>();
  for (let n = 0; n < 3; n++) codes.add(await codeOf((a: number) => a + 1));
  assert.equal(codes.size, 1);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsOf } from './function-needs.ts';
import { parseFunction } from './function-syntax.ts';
import { threadGlobals } from './thread-globals.ts';

const free = (code: string): readonly string[] => [
  ...new Set(needsOf(parseFunction(code)).captures.map(({ name }) => name)),
];

/** A piece of code: what it declares, uses and holds. */
interface Scope {
  readonly kind: 'block' | 'function' | 'arrow' | 'catch' | 'for' | 'class';
  readonly name: string;
  readonly params: readonly string[];
  readonly lets: readonly string[];
  readonly vars: readonly string[];
  readonly uses: readonly string[];
  readonly inner: readonly Scope[];
}

const aName = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const names = (maxLength: number) => fc.uniqueArray(aName, { maxLength });

const scopeOf = (depth: number): fc.Arbitrary<Scope> =>
  fc.record({
    kind: fc.constantFrom('block', 'function', 'arrow', 'catch', 'for', 'class'),
    name: aName,
    params: names(2),
    lets: names(2),
    vars: names(2),
    uses: names(3),
    inner: depth === 0 ? fc.constant([]) : fc.array(scopeOf(depth - 1), { maxLength: 2 }),
  });

const owns = ({ kind }: Scope): boolean => kind === 'function' || kind === 'arrow' || kind === 'class';

/** `var` and `let` of one name would be a syntax error wherever they meet; so `var` has names of its own. */
const varName = (name: string): string => `${name}_var`;

// Parameters and what a body declares by `let` may not share a name: another block keeps them apart.
const texts: Readonly<Record<Scope['kind'], (s: Scope, body: string) => string>> = {
  block: (_s, body) => body,
  function: (s, body) => `(function ${s.name}(${s.params.join(', ')}) { ${body} });`,
  arrow: (s, body) => `(async (${s.params.map((name) => `[${name}]`).join(', ')}) => { ${body} });`,
  catch: (s, body) => `try {} catch ({ ${s.params.join(', ')} }) { ${body} }`,
  for: (s, body) => `for (const [${s.params.join(', ')}] of []) { ${body} }`,
  class: (s, body) => `(class ${s.name} { static { ${body} } });`,
};

function text(s: Scope): string {
  const body = [
    ...s.uses.map((name) => `[${name}, ${varName(name)}, { key: 1, [${name}]: 1 }.key];`),
    ...s.inner.map(text),
    ...s.lets.map((name, index) => (index === 0 ? `let { x: ${name} = 1 } = {};` : `class ${name} {}`)),
    ...s.vars.map((name) => `var [${varName(name)}] = [];`),
  ];
  return texts[s.kind](s, `{ ${body.join(' ')} }`);
}

/** Names that `var` gives to the function around a piece of code. */
function hoisted(s: Scope): readonly string[] {
  return [...s.vars.map(varName), ...s.inner.filter((inner) => !owns(inner)).flatMap(hoisted)];
}

function expected(s: Scope, known: ReadonlySet<string>): readonly string[] {
  const all = new Set([...known, ...s.lets]);
  if (s.kind === 'function' || s.kind === 'class') all.add(s.name);
  if (s.kind !== 'block' && s.kind !== 'class') for (const name of s.params) all.add(name);
  if (owns(s)) for (const name of hoisted(s)) all.add(name);
  const uses = s.uses.flatMap((name) => [name, varName(name)]).filter((name) => !all.has(name));
  return [...uses, ...s.inner.flatMap((inner) => expected(inner, all))];
}

test('of generated functions, exactly the names that no scope declares are captured', () => {
  fc.assert(
    fc.property(scopeOf(4), (inner) => {
      const whole: Scope = { kind: 'arrow', name: '', params: [], lets: [], vars: [], uses: [], inner: [inner] };
      const code = `() => { ${text(inner)} }`;
      assert.deepEqual([...free(code)].sort(), [...new Set(expected(whole, new Set()))].sort(), code);
    }),
    { numRuns: 500 },
  );
});

test('what a function declares is not captured, in whichever way', () => {
  for (const code of [
    '() => { f(); function f() {} }',
    '() => { for (var i = 0; i < 1; i++); return i; }',
    '() => { label: for (;;) { continue label; } }',
    '(a, b = a, { c = b, ...d } = {}) => [c, d]',
    'function f() { return [f, this, arguments, new.target]; }',
    'm() { return () => this; }',
    'get m() { return 1; }',
    '() => class C { static s = this; x = C; static { this.y = 1; } m() { return super.m(); } }',
    '() => ({ m() { return [this, super.m, arguments]; }, n: 1 }).n',
    '() => function () { return [this, arguments]; }',
    '(o) => o.outside?.inside.arguments',
    '() => { const x = 1; eval("x"); }',
    '() => { using x = null; return x; }',
    'async () => { await using x = null; for await (const y of []) x(y); }',
    '() => typeof anything',
    'class_() { class A { #p = 1; has(o) { return #p in o; } } }',
    '() => /(?<name>x)/v.test(globalThis.own)',
  ])
    assert.deepEqual(free(code), [], code);
});

test('the globals that functions may use are those that a new process has', () => {
  const script = "process.stdout.write(Object.getOwnPropertyNames(globalThis).join(' '))";
  const present = execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString('utf8').split(' ');
  // On the command line, Node's modules are there under their names.
  const isModule = (name: string): boolean => builtinModules.includes(name) || name.startsWith('node:');
  assert.deepEqual(
    [...threadGlobals].filter((name) => !present.includes(name)),
    [],
  );
  assert.deepEqual(
    present.filter((name) => !threadGlobals.has(name) && !isModule(name)),
    [],
  );
});

test("modules that are named literally are found, Node's own left out", () => {
  const { modules } = needsOf(
    parseFunction("async (x) => [await import('./a.ts'), require(`b`), import('fs'), import('node:test'), import(x)]"),
  );
  assert.deepEqual(modules, ['./a.ts', 'b']);
});

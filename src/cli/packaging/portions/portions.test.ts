import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TestFolder } from '../../../sdk/code/testing.ts';
import { CliError } from '../../exit.ts';
import { findSource } from '../entry.ts';
import { packageCode, type CodePackage } from '../package-code.ts';
import { asyncExports } from './async-exports.ts';
import { portionSettings } from './portion-settings.ts';

const options = { runtime: 'nodejs24.x', handler: 'index.handler', handlerAsked: false, include: [] };
const plugIn = `import { readFileSync } from 'node:fs';
export async function size(path: string): Promise<number> { return readFileSync(path).length; }
const twice = async (n: number) => n;
export { twice as default };
`;
const index = `import twice, { size } from './plugins/one.ts';
export const handler = async () => [await size('/x'), await twice(1)];
`;

async function packed(
  files: Readonly<Record<string, string>>,
  portions: object,
  more: object = {},
): Promise<CodePackage> {
  using folder = new TestFolder(files);
  return await packageCode(findSource(folder.path), {
    ...options,
    portions: portionSettings({ ...portions }),
    ...more,
  });
}

function textOf({ files = [] }: CodePackage, path: RegExp): string {
  const found =
    files.find((file) => path.test(file.path)) ?? assert.fail(`no ${path} in ${files.map((f) => f.path).join(', ')}`);
  return Buffer.from(found.data).toString();
}

describe('A module of a function that is a portion', () => {
  const untrusted = { 'plugins/*.ts': { trust: 'untrusted', timeoutMs: 500 } };

  test('is bundled by itself, and its names in the function call that', async () => {
    const made = await packed({ 'index.ts': index, 'plugins/one.ts': plugIn }, untrusted);
    assert.match(made.summary, /^As one bundle/, 'what only the portion does is no reason against it');
    const bundle = textOf(made, /index\.mjs$/);
    assert.ok(!bundle.includes('readFileSync(path)'), 'the code of a portion is not run in the function');
    assert.match(bundle, /"?trust"?: "untrusted",\s*"?policy"?: \{ "?timeoutMs"?: 500 \}/);
  });

  test('is replaced where files are sent as they are, too', async () => {
    const js = {
      'index.js': index.replace('one.ts', 'one.js'),
      'plugins/one.js': plugIn.replaceAll(/: (?:string|number|Promise<number>)/g, ''),
    };
    const made = await packed(
      { ...js, 'package.json': '{"type":"module"}' },
      { 'plugins/*.js': { trust: 'untrusted' } },
      { bundle: false },
    );
    const text = textOf(made, /plugins\/one\.js$/);
    assert.match(text, /^import \{ deployedPortion \} from 'heddle';/);
    assert.match(text, /export \{ given0 as "size" \};[^]*export \{ given1 as "default" \};/);
    textOf(made, /node_modules\/heddle\/package\.json$/);
    const ts = await packed({ 'index.ts': index, 'plugins/one.ts': plugIn }, untrusted, { bundle: false });
    assert.match(textOf(ts, /plugins\/one\.m?js$/), /deployedPortion/);
  });

  for (const [what, text, other] of [
    ['a function that is not async', 'export function f() {}', 'f'],
    ['a value', 'export const f = 1;', 'f'],
    ['a class', 'export class C {}', 'C'],
    ['a generator', 'export async function* g() {}', 'g'],
    ['what may change', 'export let f = async () => 1;', 'f'],
    ['what is another module’s', "export { f } from './x.js';", 'f'],
    ['all of another module', "export * from './x.js';", '\\*'],
    ['a default that is no function', 'export default 1;', 'default'],
  ] as const)
    test(`cannot export ${what}: it would be a promise elsewhere`, async () => {
      using folder = new TestFolder({ 'p.ts': text });
      await assert.rejects(
        asyncExports(`${folder.path}/p.ts`, 'p.ts'),
        new RegExp(`exports \`${other}\`, which is not seen`),
      );
    });

  test('may export async functions in every form, and types', async () => {
    const text = `export async function a() {} const b = async (): Promise<number> => 1; async function c() {}
export { b as bee, c as default }; export const d = async function () {}; export interface T { x: 1 } export type U = T;`;
    using folder = new TestFolder({ 'p.ts': text });
    const names = await asyncExports(`${folder.path}/p.ts`, 'p.ts');
    assert.deepEqual(names.toSorted(), ['a', 'bee', 'd', 'default']);
  });

  for (const [said, message] of [
    [{ 'x/*.ts': { trust: 'untrusted' } }, /No module is called x\/\*\.ts/],
    [{ '*.ts': { trust: 'untrusted' } }, /names the function's own file/],
    [{ 'plugins/*.ts': { trust: 'untrusted' }, 'plugins/one.ts': { trust: 'trusted' } }, /Two patterns/],
  ] as const)
    test(`is refused where it cannot be meant: ${JSON.stringify(said)}`, () =>
      assert.rejects(packed({ 'index.ts': index, 'plugins/one.ts': plugIn }, said), message));

  for (const [said, message] of [
    [{ a: 1 }, /must be an object/],
    [{ a: {} }, /"trust" must be/],
    [{ a: { trust: 'untrusted', memoryMB: 1 } }, /"memoryMB", which is nothing/],
    [{ a: { trust: 'untrusted', memoryMb: 1 } }, /`memoryMb` is 1/],
    [{ a: { trust: 'untrusted', threads: true } }, /only one that is trusted/],
  ] as const)
    test(`has a policy that is checked: ${JSON.stringify(said)}`, () =>
      assert.throws(
        () => portionSettings(said),
        (error) => error instanceof CliError && message.test(error.message),
      ));
});

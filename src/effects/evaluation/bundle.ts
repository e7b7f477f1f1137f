import type { AnyNode, Program } from 'acorn';
import { type Bundle, declaredByPackages, type PackageAt } from '../code/regions.ts';
import { bundledTreatments, type Treatment } from '../packages/packages.ts';
import { outside, type Value } from '../values/value.ts';
import { isHelper } from './compiler-helpers.ts';

/** What a module is made of. */
export interface ModuleSource {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly esModule: boolean;
  readonly bundle: Bundle | undefined;
}

/** What is done with each package in a bundle of which no table says what it does. */
export function treatmentsIn(
  program: Program,
  packageAt: PackageAt,
  knows: (name: string) => boolean,
): ReadonlyMap<string, Treatment> {
  const statements = new Map<string, AnyNode[]>();
  for (const node of program.body) {
    const name = packageAt(node.start);
    if (name === undefined || knows(name)) continue;
    const all = statements.get(name) ?? [];
    all.push(node);
    statements.set(name, all);
  }
  return statements.size === 0 ? new Map() : bundledTreatments(statements, declaredByPackages(program, packageAt));
}

/** Something that a package declares at the top of a bundle: a function that gives all of a CommonJS module, or one of its exports. */
export function ofPackage(owner: string, name: string): Value {
  if (/^(require|init)_/.test(name)) return outside('bundled', [{ kind: 'member', name: owner }]);
  if (/_(exports|default)\d*$/.test(name)) return outside(owner);
  return outside(owner, [{ kind: 'member', name: name.replace(/(?<=\D)\d+$/, '') }]);
}

/** Helpers of a compiler, which are known by their names. */
export function isOnlyHelpers(node: AnyNode): boolean {
  return (
    node.type === 'VariableDeclaration' &&
    node.declarations.every(
      ({ id }) =>
        id.type === 'Identifier' &&
        (isHelper(id.name) ||
          /^__(defProp|getOwnPropNames|getOwnPropDesc|getProtoOf|hasOwnProp|create|commonJS|esm)\w*$/.test(id.name)),
    )
  );
}

import type { AnyNode, Program } from 'acorn';
import { type CodeFiles, packageOf, resolveImport } from '../code/code-files.ts';
import { Places, sourceMapOf } from '../code/places.ts';
import { declaredByPackages, type PackageAt } from '../code/regions.ts';
import type { Place } from '../model/effect.ts';
import { nameAs } from '../operations/describe.ts';
import type { Treatment } from '../packages/packages.ts';
import { isGlobal } from '../operations/platform.ts';
import { Frame, type ModuleOfFrame } from '../values/frame.ts';
import { constant, join, newObject, objectValue, outside, type AbstractObject, type Value } from '../values/value.ts';
import { codeFolder } from './expressions.ts';
import { isOnlyHelpers, type ModuleSource, ofPackage, treatmentsIn } from './bundle.ts';
import { declares, exportedNames, nameIn } from './export-names.ts';
import { isHelper } from './compiler-helpers.ts';
import type { Machine } from './machine.ts';
import { hoist } from './statements.ts';

/** What a module needs of the run that it is part of. */
export interface ModuleHost {
  readonly code: CodeFiles;
  readonly machine: Machine;
  /** What an import in a file gives; `name`: one of its exports, or all of them. */
  imported(from: string, specifier: string, name: string | undefined): Value;
  /** Whether what a package does is known without looking. */
  knows(packageName: string): boolean;
}

interface Import {
  readonly specifier: string;
  /** `*`: all of it. */
  readonly name: string;
}

/** One file of the code: its variables, what it imports, and what it exports. */
export class Module implements ModuleOfFrame {
  readonly path: string;
  readonly esModule: boolean;
  readonly frame: Frame;
  /** What it exports, by name; of CommonJS, `module.exports` at its beginning. */
  readonly exports: AbstractObject = newObject();
  readonly #host: ModuleHost;
  readonly program: Program;
  readonly #text: string;
  readonly #imports = new Map<string, Import>();
  readonly #packageAt: PackageAt;
  readonly #ofPackages: ReadonlyMap<string, string>;
  readonly #treatments: ReadonlyMap<string, Treatment>;
  readonly #moduleObject: AbstractObject = newObject();
  #places: Places | undefined;

  constructor({ path, text, program, esModule, bundle }: ModuleSource, host: ModuleHost) {
    this.path = path;
    this.esModule = esModule;
    this.#host = host;
    this.program = program;
    this.#text = text;
    this.frame = new Frame(this, undefined, true);
    const inPackage = bundle?.packageAt ?? (() => undefined);
    const treatments = treatmentsIn(program, inPackage, (name) => host.knows(name));
    this.#packageAt = (offset) => {
      const name = inPackage(offset);
      return name !== undefined && treatments.get(name)?.kind !== 'read' ? name : undefined;
    };
    this.#ofPackages = new Map([...(bundle?.names ?? []), ...declaredByPackages(program, this.#packageAt)]);
    this.#treatments = treatments;
    this.#moduleObject.properties.set('exports', objectValue(this.exports));
    for (const node of program.body) if (node.type === 'ImportDeclaration') this.#import(node);
  }

  #import(node: Extract<AnyNode, { type: 'ImportDeclaration' }>): void {
    const specifier = String(node.source.value);
    for (const each of node.specifiers) {
      const name =
        each.type === 'ImportSpecifier'
          ? nameIn(each.imported)
          : each.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*';
      this.#imports.set(each.local.name, { specifier, name });
    }
  }

  /** Modules that it names in `import` and `export … from`: they run before it. */
  get #needed(): readonly string[] {
    return this.program.body.flatMap((node) =>
      (node.type === 'ImportDeclaration' ||
        node.type === 'ExportNamedDeclaration' ||
        node.type === 'ExportAllDeclaration') &&
      node.source !== null &&
      node.source !== undefined
        ? [String(node.source.value)]
        : [],
    );
  }

  outer(name: string): Value | undefined {
    const imported = this.#imports.get(name);
    if (imported !== undefined)
      return this.#host.imported(this.path, imported.specifier, imported.name === '*' ? undefined : imported.name);
    const owner = this.#ofPackages.get(name);
    if (owner !== undefined) return ofPackage(nameAs(owner, this.#treatments.get(owner)), name);
    if (isHelper(name)) return outside('helper', [{ kind: 'member', name }]);
    if (name === 'module' && !this.esModule) return objectValue(this.#moduleObject);
    if (name === 'exports' && !this.esModule) return objectValue(this.exports);
    if (name === '__dirname') return [{ kind: 'text', prefix: `${codeFolder}/`, marks: 0 }];
    if (name === '__filename') return [{ kind: 'text', prefix: `${codeFolder}/`, marks: 0 }];
    return isGlobal(name) ? outside('global', [{ kind: 'member', name }]) : undefined;
  }

  /** Reads all of it once more. */
  run(): void {
    const { machine } = this.#host;
    for (const specifier of this.#needed) this.#host.imported(this.path, specifier, undefined);
    for (const node of this.program.body) this.#loadForItself(node);
    const own = this.program.body.filter(({ start }) => this.#packageAt(start) === undefined);
    // What compilers put at the top is known by its names.
    const statements = own.filter((node) => !isOnlyHelpers(node));
    hoist(machine, statements, this.frame);
    for (const node of statements) this.#statement(node);
  }

  /** `import 'package'`: what that does when it is loaded is all that anybody wants of it. */
  #loadForItself(node: AnyNode): void {
    if (node.type !== 'ImportDeclaration' || node.specifiers.length > 0) return;
    const specifier = String(node.source.value);
    const [atom] = this.#host.imported(this.path, specifier, undefined);
    if (atom?.kind !== 'outside' || atom.name === 'pure' || this.#host.knows(packageOf(specifier))) return;
    this.#host.machine.unresolved(`loads ${specifier}, of which nothing is known`, { node, frame: this.frame });
  }

  #statement(node: AnyNode): void {
    const { machine } = this.#host;
    switch (node.type) {
      case 'ExportNamedDeclaration':
        if (node.declaration) machine.execute(node.declaration, this.frame);
        return;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const isNamed =
          (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
          declaration.id !== null;
        if (isNamed) return machine.execute(declaration, this.frame);
        const value =
          declaration.type === 'FunctionDeclaration'
            ? machine.functionAt(declaration, this.frame, 'default')
            : declaration.type === 'ClassDeclaration'
              ? machine.classAt(declaration, this.frame, 'default')
              : machine.evaluate(declaration, this.frame);
        return machine.put(this.exports, constant('default'), value);
      }
      default:
        machine.execute(node, this.frame);
    }
  }

  /** All that an export may be; `undefined`: all exports together. */
  export(name: string | undefined): Value {
    if (!this.esModule) return this.#ofCommonJs(name);
    if (name === undefined) {
      for (const each of exportedNames(this.program))
        this.exports.properties.set(each, join(this.exports.properties.get(each) ?? [], this.export(each)));
      return objectValue(this.exports);
    }
    return join(
      this.exports.properties.get(name) ?? [],
      ...this.program.body.map((node) => this.#exportIn(node, name)),
    );
  }

  #ofCommonJs(name: string | undefined): Value {
    const whole = this.#moduleObject.properties.get('exports') ?? [];
    if (name === undefined) return whole;
    const site = { node: this.program, frame: this.frame };
    const own = this.#host.machine.member(whole, constant(name), site);
    const found = own.filter((atom) => atom.kind !== 'constant' || atom.value !== undefined);
    return name === 'default' ? join(found, whole) : found;
  }

  #exportIn(node: AnyNode, name: string): Value {
    const { machine } = this.#host;
    if (node.type === 'ExportAllDeclaration') {
      const from = String(node.source.value);
      if (node.exported) return nameIn(node.exported) === name ? this.#host.imported(this.path, from, undefined) : [];
      return name === 'default'
        ? []
        : this.#host.imported(this.path, from, name).filter((atom) => atom.kind !== 'constant');
    }
    if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      const named =
        (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
        declaration.id !== null
          ? declaration.id.name
          : undefined;
      return name === 'default' && named !== undefined ? machine.lookup(named, this.frame) : [];
    }
    if (node.type !== 'ExportNamedDeclaration') return [];
    if (node.declaration)
      return this.frame.variables.has(name) && declares(node.declaration, name) ? machine.lookup(name, this.frame) : [];
    return join(
      ...node.specifiers
        .filter(({ exported }) => nameIn(exported) === name)
        .map(({ local }): Value => {
          const own = nameIn(local);
          return node.source
            ? this.#host.imported(this.path, String(node.source.value), own)
            : machine.lookup(own, this.frame);
        }),
    );
  }

  /** The place of a node, as its author knows it. */
  placeOf(offset: number): Place {
    this.#places ??= new Places(this.path, this.#text, sourceMapOf(this.path, this.#text, this.#host.code.read));
    return this.#places.at(offset);
  }

  /** What an import by this name leads to. */
  resolve(specifier: string): ReturnType<typeof resolveImport> {
    return resolveImport(this.#host.code, this.path, specifier);
  }
}

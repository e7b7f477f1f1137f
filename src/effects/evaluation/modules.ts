import { type CodeFiles, packageOfPath } from '../code/code-files.ts';
import { packageOf } from '../code/code-files.ts';
import { parseModule } from '../code/parse.ts';
import { readBundle } from '../code/regions.ts';
import { effectLimits } from '../model/limits.ts';
import { nameAs } from '../operations/describe.ts';
import { FilePackages } from '../packages/packages.ts';
import { textsIn } from '../operations/draft.ts';
import { join, outside, unknown, type Value } from '../values/value.ts';
import type { Machine } from './machine.ts';
import { Module, type ModuleHost } from './module.ts';

/** It took more than an analysis may. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** What modules are opened with. */
export interface ModulesOptions {
  readonly code: CodeFiles;
  readonly machine: Machine;
  readonly knows: (packageName: string) => boolean;
  /** Told of files that cannot be looked at. */
  readonly problem: (words: string, path: string) => void;
}

/** The modules of the code, opened as they are imported. */
export class Modules implements ModuleHost {
  readonly code: CodeFiles;
  readonly machine: Machine;
  readonly #options: ModulesOptions;
  readonly #modules = new Map<string, Module | string>();
  readonly #started = new Set<Module>();
  readonly #packages: FilePackages;
  #bytes = 0;

  constructor(options: ModulesOptions) {
    this.code = options.code;
    this.machine = options.machine;
    this.#options = options;
    this.#packages = new FilePackages(options.code);
  }

  knows(packageName: string): boolean {
    return this.#options.knows(packageName);
  }

  /** All of them are to be gone through once more. */
  again(): void {
    this.#started.clear();
  }

  /** The same of an import whose name may be several, or one that only running it would tell. */
  importedBy(from: string, specifier: Value, otherwise: () => Value): Value {
    const names = textsIn(specifier);
    return join(...names.map((name) => (name === undefined ? otherwise() : this.imported(from, name, undefined))));
  }

  imported(from: string, specifier: string, name: string | undefined): Value {
    const packageName = packageOf(specifier);
    const isOwn = /^[./]/.test(specifier);
    if (!isOwn && this.knows(packageName)) return ofPackage(packageName, specifier, name);
    const importer = this.#modules.get(from);
    const found = importer instanceof Module ? importer.resolve(specifier) : undefined;
    if (found?.kind !== 'file')
      return isOwn ? unknown(`is ${specifier}, which is not there`) : ofPackage(packageName, specifier, name);
    const ofFile = importer instanceof Module ? packageOfPath(importer.path) : undefined;
    if (found.package !== undefined && found.package !== ofFile) {
      const treatment = this.#packages.treatment(found.package, found.path);
      if (treatment.kind !== 'read') return ofPackage(nameAs(found.package, treatment), found.package, name);
    }
    const module = this.open(found.path);
    return typeof module === 'string' ? unknown(module) : module.export(name);
  }

  /** A module of the code, gone through once in each pass; a text: why it cannot be. Throws TooLargeError. */
  open(path: string): Module | string {
    const known = this.#modules.get(path) ?? this.#load(path);
    if (typeof known === 'string' || this.#started.has(known)) return known;
    this.#started.add(known);
    known.run();
    return known;
  }

  #load(path: string): Module | string {
    const text = this.code.read(path);
    if (text === undefined) throw new TooLargeError(`${path} is not among what is looked at`);
    this.#bytes += text.length;
    if (this.#bytes > effectLimits.codeBytesMax || this.#modules.size >= effectLimits.modulesMax)
      throw new TooLargeError(
        `its code has more than ${effectLimits.codeBytesMax.toLocaleString('en-US')} bytes, or ${effectLimits.modulesMax.toLocaleString('en-US')} modules`,
      );
    const bundle = packageOfPath(path) === undefined ? readBundle(text, (name) => this.knows(name)) : undefined;
    const parsed = parseModule(path, bundle?.text ?? text);
    const module = 'problem' in parsed ? parsed.problem : new Module({ path, text, bundle, ...parsed }, this);
    this.#modules.set(path, module);
    if (typeof module === 'string') this.#options.problem(module, path);
    return module;
  }
}

function ofPackage(packageName: string, specifier: string, name: string | undefined): Value {
  const inner =
    packageName === 'aws-sdk' && specifier.length > packageName.length
      ? [{ kind: 'member' as const, name: specifier.slice(packageName.length + 1) }]
      : [];
  return outside(packageName, name === undefined || name === 'default' ? inner : [...inner, { kind: 'member', name }]);
}

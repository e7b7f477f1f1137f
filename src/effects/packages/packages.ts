import type { AnyNode } from 'acorn';
import { type CodeFiles, packageOf, resolveImport } from '../code/code-files.ts';
import { parseModule } from '../code/parse.ts';
import { effectLimits } from '../model/limits.ts';
import { pureModules } from '../operations/tables/packages.ts';
import { PowerScan } from './powers.ts';

/**
 * How code of a package of which no table says what it does is looked at. `pure`: it only computes. `read`: as the function's own. `opaque`: not at all, since it is
 * large and not harmless; then it `may` do these things, in words, or only be about time or chance.
 */
export type Treatment =
  | { readonly kind: 'pure' | 'read' }
  | { readonly kind: 'opaque'; readonly may: string; readonly mild: boolean };

/** Code of what is read as the function's own, characters. */
const readMax = 65_536;
/** Files of one package that are scanned. */
const scannedFilesMax = 400;

const mildWords = { clock: 'read the clock', random: 'take random numbers', timer: 'wait for a time' };

/** What to do with code in which this stands. `knows`: packages and modules whose own effects are looked up where they are called. */
export function treatmentOf(scan: PowerScan, length: number, harmlessImport: (name: string) => boolean): Treatment {
  const strong = [...scan.strong, ...[...scan.imports].filter((name) => !harmlessImport(name))];
  if (strong.length === 0 && scan.mild.size === 0) return { kind: 'pure' };
  if (length <= readMax) return { kind: 'read' };
  const mild = [...scan.mild].map((each) => mildWords[each]);
  return strong.length === 0
    ? { kind: 'opaque', may: mild.join(' and '), mild: true }
    : { kind: 'opaque', may: `use ${strong.slice(0, 3).join(', ')}`, mild: false };
}

/** Whether a module of Node's, by its name in an import, only computes. */
export function isPureModule(name: string): boolean {
  return pureModules.includes(packageOf(name));
}

/** Packages that lie as files beside the code, each scanned when it is first imported. */
export class FilePackages {
  readonly #code: CodeFiles;
  readonly #known = new Map<string, Treatment>();
  #bytesLeft: number = effectLimits.codeBytesMax;

  constructor(code: CodeFiles) {
    this.#code = code;
  }

  /** Of the package that a file is of, as it is come to by that file. */
  treatment(name: string, entry: string): Treatment {
    const known = this.#known.get(entry);
    if (known !== undefined) return known;
    // Packages in a circle: whichever comes first is not known to the others.
    this.#known.set(entry, { kind: 'opaque', may: 'do what packages do that need each other', mild: false });
    const treatment = this.#scan(name, entry);
    this.#known.set(entry, treatment);
    return treatment;
  }

  #scan(name: string, entry: string): Treatment {
    const scan = new PowerScan();
    const seen = new Set<string>();
    const others = new Set<string>();
    const waiting = [entry];
    let length = 0;
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const text = this.#code.read(path);
      length += text?.length ?? 0;
      this.#bytesLeft -= text?.length ?? 0;
      const parsed =
        text === undefined || this.#bytesLeft < 0 || seen.size > scannedFilesMax ? undefined : parseModule(path, text);
      if (parsed === undefined || 'problem' in parsed)
        return { kind: 'opaque', may: 'do anything: it is too large to be looked at', mild: false };
      const ofFile = new PowerScan();
      ofFile.scan(parsed.program);
      for (const each of ofFile.strong) scan.strong.add(each);
      for (const each of ofFile.mild) scan.mild.add(each);
      for (const specifier of ofFile.imports) {
        const found = resolveImport(this.#code, path, specifier);
        if (found.kind === 'package') scan.imports.add(found.name);
        else if (found.package === name) waiting.push(found.path);
        else if (found.package !== undefined && this.treatment(found.package, found.path).kind !== 'pure')
          others.add(found.package);
        else if (found.package === undefined) waiting.push(found.path);
      }
    }
    for (const other of others) scan.imports.add(other);
    return treatmentOf(scan, length, isPureModule);
  }
}

/** Packages whose code is in a bundle: by the names that each declares, and those that it uses. */
export function bundledTreatments(
  statements: ReadonlyMap<string, readonly AnyNode[]>,
  owners: ReadonlyMap<string, string>,
): ReadonlyMap<string, Treatment> {
  const scans = new Map<string, PowerScan>();
  const lengths = new Map<string, number>();
  for (const [name, nodes] of statements) {
    const scan = new PowerScan();
    for (const node of nodes) scan.scan(node);
    scans.set(name, scan);
    lengths.set(
      name,
      nodes.reduce((sum, { start, end }) => sum + end - start, 0),
    );
  }
  const uses = new Map(
    [...scans].map(([name, scan]) => [
      name,
      new Set([...scan.names].map((each) => owners.get(each)).filter((each) => each !== undefined && each !== name)),
    ]),
  );
  const isBare = (name: string): boolean => {
    const scan = scans.get(name);
    return scan !== undefined && treatmentOf(scan, 0, isPureModule).kind === 'pure';
  };
  const reachesPower = (name: string, seen: Set<string>): boolean =>
    [...(uses.get(name) ?? [])].some((other) => {
      if (other === undefined || seen.has(other)) return false;
      seen.add(other);
      return !isBare(other) || reachesPower(other, seen);
    });
  return new Map(
    [...scans].map(([name, scan]): [string, Treatment] => {
      const length = lengths.get(name) ?? 0;
      if (!reachesPower(name, new Set([name]))) return [name, treatmentOf(scan, length, isPureModule)];
      return [
        name,
        length <= readMax ? { kind: 'read' } : { kind: 'opaque', may: 'do what other packages in it do', mild: false },
      ];
    }),
  );
}

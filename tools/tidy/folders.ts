import { layerOf } from './layers.ts';
import { isCode, type Finding, type Source } from './source.ts';

/** Folders of the root, and what each is for. */
export const folders: Readonly<Record<string, string>> = {
  '.ci': 'what continuous integration runs',
  bench: 'benchmarks with their peers',
  deploy: 'how it is run on real machines: systemd, compose, Helm',
  docs: 'architecture and decisions',
  entry: 'what `import` finds in the package and in a checkout',
  examples: 'functions to try, deployed by `heddle start`, and programs that start threads',
  findings: 'what surprised us in the parts that we build on, as scripts',
  src: 'the product',
  test: 'tests of the whole: end to end, promises, security',
  tools: 'what the repository itself needs',
};

/** Every folder is known, and every file of src/ belongs to a part of the system. */
export function findStrayFiles(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => {
    const [folder = '', ...rest] = source.path.split('/');
    if (rest.length > 0 && folders[folder] === undefined)
      return [{ path: source.path, line: 0, message: `${folder}/ is not a folder that tools/tidy/folders.ts knows` }];
    if (folder === 'src' && isCode(source.path) && layerOf(source.path) === undefined)
      return [{ path: source.path, line: 0, message: 'belongs to no part of the system (tools/tidy/layers.ts)' }];
    return [];
  });
}

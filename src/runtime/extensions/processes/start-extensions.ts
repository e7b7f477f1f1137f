import { extensionsMax, type Registry } from '../api/registry.ts';
import { extensionEnvironment, externalNames, ExtensionProcess } from './external-extensions.ts';
import { fifos } from './fifo.ts';

/** What was started. */
export interface Started {
  readonly processes: readonly ExtensionProcess[];
  /** FIFOs that nobody prints to yet. */
  readonly spare: readonly string[];
  /** How many programs there are; of more than may be, the others were not started. */
  readonly count: number;
}

/** Where else they are to be heard. */
export interface ExtensionsPlace {
  readonly spareFifos: number;
  readonly onText: (name: string, text: string) => void;
}

/** Starts every program of the folder, all at once. `environment`: the function's, with where the APIs are. */
export async function startExtensions(
  folder: string,
  registry: Registry,
  environment: Readonly<Record<string, string>>,
  { spareFifos, onText }: ExtensionsPlace,
): Promise<Started> {
  const names = externalNames(folder);
  const taken = names.slice(0, extensionsMax);
  const paths = await fifos(taken.length + spareFifos);
  const own = extensionEnvironment(environment);
  // Known before the first can register: whose name is not among them is an internal one.
  const extensions = taken.map((name) => registry.addExternal(name));
  const processes = extensions.map((extension, index) => {
    const fifo = paths[index] ?? '';
    const { name } = extension;
    return new ExtensionProcess(extension, {
      folder,
      environment: own,
      fifo,
      onText: (text) => onText(name, text),
    });
  });
  return { processes, spare: paths.slice(taken.length), count: names.length };
}

import type { Settings } from '../../model/functions/settings.ts';

/** Settings that `heddle cluster up` gives each host itself. */
const own: ReadonlySet<string> = new Set([
  ...[
    'nodes',
    'folder',
    'temporary',
    'network',
    'detach',
    'restore',
    'json',
    'home',
    'host',
    'port',
    'memory',
    'expose',
    'yes',
  ],
]);

/** Flags of `heddle up` for each host of a local cluster: what was said of hosts to `heddle cluster up`, and its part of the memory. */
export function hostFlagsOf(
  flags: Readonly<Record<string, unknown>>,
  settings: Pick<Settings, 'memoryMb'>,
  hosts: number,
): readonly string[] {
  const said = Object.entries(flags).flatMap(([key, value]) =>
    own.has(key) || typeof value !== 'string' ? [] : [`--${kebab(key)}`, value],
  );
  return [...said, '--memory', `${Math.floor(settings.memoryMb / hosts)}M`];
}

/** As the flag was written: `containerIdle` is `--container-idle`. */
function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

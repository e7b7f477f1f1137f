/** What the bootstrap knows when it decides. */
export interface Circumstances {
  readonly packages: readonly string[];
  readonly root: boolean;
  readonly aptGet: boolean;
  /** sudo is there and works without a password now. */
  readonly sudoSilent: boolean;
  /** sudo is there; it may ask for a password. */
  readonly sudo: boolean;
  /** A person can be asked. */
  readonly terminal: boolean;
  /** The user said yes beforehand. */
  readonly agreed: boolean;
}

/** What to do about missing packages. */
export type Plan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'install'; readonly ask: boolean; readonly prefix: readonly string[] }
  /** Say `command`, and go on with what works. */
  | { readonly kind: 'advise'; readonly command: string };

/**
 * Decides. On a terminal the user is asked once before the system is changed; without one, root goes on; an ordinary
 * user's sudo is used where it needs no password, or where a person is there to give it.
 */
export function planInstall(now: Circumstances): Plan {
  if (now.packages.length === 0) return { kind: 'nothing' };
  const command = `${now.root ? '' : 'sudo '}apt-get install ${now.packages.join(' ')}`;
  const ask = now.terminal && !now.agreed;
  if (!now.aptGet) return { kind: 'advise', command: `your distribution's packages for: ${now.packages.join(', ')}` };
  if (now.root) return { kind: 'install', ask, prefix: [] };
  if (now.sudoSilent) return { kind: 'install', ask, prefix: ['sudo', '-n'] };
  if (now.sudo && now.terminal) return { kind: 'install', ask, prefix: ['sudo'] };
  return { kind: 'advise', command };
}

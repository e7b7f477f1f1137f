/** What a program thinks of a part of it: `untrusted` ones never share an instance with any other code, `trusted` ones not with those nor with the rest. */
export const trusts = ['untrusted', 'trusted'] as const;
/** One of {@link trusts}. */
export type Trust = (typeof trusts)[number];

/** Where a part of a program runs: in instances of its own, of this program alone. */
export interface PortionPlace {
  readonly trust: Trust;
  /** The program, as the service knows it: a session of threads, or a revision of a function. No program says its own. */
  readonly program: string;
  /** Portions of one program, trust and group may share an instance, in containers of their own. */
  readonly group: string;
}

/** Letters of a group's name. */
export const portionGroupLengthMax = 128;

/** Names a place among those of an account. Neither programs nor groups have a NUL. */
export function portionKey({ trust, program, group }: PortionPlace): string {
  return `${trust}\0${program}\0${group}`;
}

/** Whether a text names a group: visible, and not too long. */
export function isPortionGroup(text: string): boolean {
  return text.length <= portionGroupLengthMax && /^[\w.:@/-]+$/.test(text);
}

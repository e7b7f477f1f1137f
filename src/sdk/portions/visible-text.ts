/**
 * Text of a stranger's as it may stand in a terminal or a log: control characters (escape sequences with them) are shown and not obeyed, and so are
 * those that turn the direction of what follows. Lines and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- they are what this is about
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The beginning of it, where it is longer than so many UTF-16 units; that it goes on is said. */
export function shortText(text: string, unitsMax: number): string {
  return text.length <= unitsMax ? text : `${text.slice(0, unitsMax)}…`;
}

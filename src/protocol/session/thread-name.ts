/** Names of threads are chosen by their clients: UUIDs and the like. They also name files, so that none may begin with a dot. */
export function isThreadName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

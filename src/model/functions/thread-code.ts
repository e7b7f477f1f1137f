/** What the code of a thread is called in logs and counts: `thread-` and the beginning of its hash. */
export function threadCodeName(codeSha256: string): string {
  return `thread-${codeSha256.slice(0, 16)}`;
}

/** Whether a name is that of a thread's code, which nobody gave and nothing can be found by again. */
export function isThreadCode(name: string): boolean {
  return /^thread-[0-9a-f]{16}$/.test(name);
}

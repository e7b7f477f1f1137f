/** Go's names of signals, which AWS Lambda's wording has them from. */
const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGSYS: 'bad system call',
  SIGTERM: 'terminated',
};

/** What AWS Lambda calls a signal, such as `killed` for `SIGKILL`; its own name where that is not known. */
export function signalWord(signal: string): string {
  return signalNames[signal] ?? signal;
}

import { RemoteError } from './errors.ts';

const name = 'ProgramEndedError';

/** Why threads are lost that were left when their program had nothing more to do. */
export class ProgramEndedError extends Error {
  override readonly name: string = name;

  constructor() {
    super('The program had nothing more to do, and its embedded service has ended with it.');
  }
}

/** Whether that is why a thread is lost, or could not be started. */
export function isProgramEnd(error: unknown): boolean {
  if (error instanceof RemoteError) return error.kind === 'lost' && error.remoteName === name;
  return error instanceof ProgramEndedError;
}

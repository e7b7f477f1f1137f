/** A module or function cannot become a thread's code; the message names the file and says why. Nothing was sent. */
export class CodeError extends Error {
  override readonly name: string = 'CodeError';
}

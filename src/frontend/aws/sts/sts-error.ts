/** A refusal by a name that only STS has. */
export class StsError extends Error {
  override readonly name = 'StsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** An argument that cannot be meant. */
export function invalidInput(message: string): StsError {
  return new StsError('ValidationError', message);
}

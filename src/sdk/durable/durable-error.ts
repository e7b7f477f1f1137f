/** What a durable program, or a step of it, threw: in this run of it or, as it is not run again, in another. */
export class DurableError extends Error {
  override readonly name = 'DurableError';
  /** The class of what was thrown. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

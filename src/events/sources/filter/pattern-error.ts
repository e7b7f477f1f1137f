/** A pattern that cannot be meant; the message says where and why. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** What was written is no expression; the message says what one is. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

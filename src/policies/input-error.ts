/** A policy or a role that cannot be meant: what was said, and what should be. */
export class PolicyInputError extends Error {
  override readonly name = 'PolicyInputError';
}

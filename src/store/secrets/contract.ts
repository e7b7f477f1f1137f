import type { SecretBook, SecretFacts } from '../../model/secrets/secret-book.ts';
import type { SecretPlace } from '../../model/secrets/secret-use.ts';

/** What is set of a secret. */
export interface NewSecret {
  readonly value: string;
  /** Where alone it may be sent; what it was where nothing is said. */
  readonly places?: readonly SecretPlace[];
  /** PEM; '' for none; what it was where nothing is said. */
  readonly authority?: string;
}

/** An account has as many as it may; for people. */
export class TooManySecretsError extends Error {
  override readonly name = 'TooManySecretsError';
}

/** Secrets of accounts, to be changed. What was changed is on the disk when a promise resolves. */
export interface SecretStore extends SecretBook {
  find(account: string, name: string): SecretFacts | undefined;
  /** Rejects with TooManySecretsError. */
  set(account: string, name: string, secret: NewSecret): Promise<SecretFacts>;
  /** Resolves to whether there was one. */
  remove(account: string, name: string): Promise<boolean>;
  /** The account is gone. */
  removeAll(account: string): Promise<void>;
}

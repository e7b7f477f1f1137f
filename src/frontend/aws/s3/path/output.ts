import { ObjectError } from '../../../../objects/errors.ts';

/** What a function writes of an object. */
export interface Written {
  readonly status: number;
  /** Lower case: `content-type`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** It says that it fails, in S3's words. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly body: AsyncIterable<Uint8Array>;
  /** What has not come yet will not be waited for. */
  readonly abandon: () => void;
  /** Whoever wrote it is answered: all was taken, or why not. */
  readonly finish: (error?: unknown) => void;
}

/** Where one function's output arrives. */
export class StepOutput {
  /** Rejects where the function ended without having written anything. */
  readonly written: Promise<Written>;
  readonly #resolve: (written: Written) => void;
  readonly #reject: (error: unknown) => void;
  #isTaken = false;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Written>();
    this.written = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    promise.catch(() => undefined);
  }

  /** Resolves when all of it was taken. Throws InvalidRequest for a second one, and what whoever takes it fails with. */
  async write(written: Omit<Written, 'finish'>): Promise<void> {
    if (this.#isTaken) throw new ObjectError('InvalidRequest', 'The response of this request was written already.');
    this.#isTaken = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#resolve({ ...written, finish: (error) => (error === undefined ? resolve() : reject(error)) });
    await promise;
  }

  /** Nothing will be written. */
  fail(error: unknown): void {
    this.#isTaken = true;
    this.#reject(error);
  }
}

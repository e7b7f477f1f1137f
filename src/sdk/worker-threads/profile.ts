/** A profile of a Worker that is being made. It ends with its Worker, too. */
export class Profile implements AsyncDisposable {
  readonly #stop: () => Promise<unknown>;
  #stopped: Promise<string> | undefined;

  constructor(stop: () => Promise<unknown>) {
    this.#stop = stop;
  }

  /** Ends it; the profile, as JSON. */
  stop(): Promise<string> {
    this.#stopped ??= this.#stop().then((bytes) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : ''));
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

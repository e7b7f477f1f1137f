/** A service that takes no session now, and says why. */
export class SessionRefusedError extends Error {
  /** HTTP's status. */
  readonly status: number;

  constructor(url: string, status: number, reason: string) {
    super(`The service at ${url} refused: ${status} ${reason}`);
    this.status = status;
  }

  /** Its hosts are about to agree on which of them has the account, or it is about to stop or start: soon another try may be answered. */
  get passes(): boolean {
    return this.status === 421 || this.status === 503;
  }
}

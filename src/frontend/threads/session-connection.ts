/** The service's end of one connection of a client. */
export interface SessionConnection {
  /** What the client sent. Never throws: what breaks the session closes its wire. */
  receive(bytes: Uint8Array): void;
  /** The connection is gone. `forGood`: the client said that it will not come back. */
  closed(forGood: boolean): void;
}

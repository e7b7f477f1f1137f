/** How what comes of a thread is read whose code nobody trusts: before anything else here sees it. */
export interface HostileReader {
  /** Reads a value. Throws for one that is not to be taken. */
  readonly decode: (bytes: Buffer) => unknown;
  /** It posted a message, encoded. `reply` posts one to it; throws for what cannot be sent. */
  readonly onPost: (bytes: Buffer, reply: (value: unknown, bytesMax: number) => void) => void;
  /** What it printed, as it may be printed here. */
  readonly visible: (text: string) => string;
}

/** Who hears of posts: of values, or of what came. */
interface PostListener {
  onPost(value: unknown): void;
  readonly onPostBytes?: (body: Buffer) => void;
}

/** Gives each a message that was posted. */
export function tellPost(listeners: readonly PostListener[], body: Buffer, decode: (bytes: Buffer) => unknown): void {
  for (const listener of listeners)
    if (listener.onPostBytes === undefined) listener.onPost(decode(body));
    else listener.onPostBytes(body);
}

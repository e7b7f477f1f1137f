import type { ThreadStart } from '../../../protocol/session/session-messages.ts';

/** Who hears of one run of a thread. */
export interface RunEvents {
  onStart(start: ThreadStart): void;
  onPost(value: unknown): void;
  /** In its place, where that is there: the message as it came. */
  readonly onPostBytes?: (body: Buffer) => void;
  /** It closed its port. */
  onPortClose(): void;
  onItem(value: unknown): void;
  /** It printed something, to standard error where that is said. */
  onLog(text: string, stderr?: true): void;
}

/** Under this key the prelude finds what it is told, in the environment data of the Workers of its process. */
export const preludeKey = 'heddle:prelude';
/** Folder of files that came after the start; each has its absolute path of the caller's machine below it. */
export const lateRoot = '/tmp/heddle-late/files';

/** What the prelude is told. */
export interface PreludeData {
  /** Folder of the thread's code. */
  readonly root: string;
  readonly threadId: number;
  readonly execArgv: readonly string[];
  /** BroadcastChannel on which to say which channels user code opens. */
  readonly notices: string;
  /** Counts the notices that were taken. */
  readonly noticed: Int32Array;
  /** Counts the messages of the Worker that were passed on. */
  readonly messages: Int32Array;
  /** The Worker that has the caller's number has started; those inside it have their own. */
  readonly nested: boolean;
}

/** Small facts by name, for who needs to know after a restart what it knew before: when something was last looked at, for instance. */
export interface NoteOperations {
  get(name: string): string | undefined;
  put(note: { readonly name: string; readonly text: string }): void;
  remove(name: string): void;
}

/** So many are remembered: what they said is not on its way for long. */
const endedMax = 1_000;

/** Processes of hosts that others have followed, the newest of them. */
export class EndedProcesses {
  readonly #incarnations = new Set<string>();

  has(incarnation: string): boolean {
    return this.#incarnations.has(incarnation);
  }

  add(incarnation: string): void {
    this.#incarnations.add(incarnation);
    if (this.#incarnations.size <= endedMax) return;
    for (const oldest of this.#incarnations) return void this.#incarnations.delete(oldest);
  }
}

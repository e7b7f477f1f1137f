/** What happens to events, and is counted. */
export const tallied = ['accepted', 'succeeded', 'failed', 'retried', 'throttled', 'delivered', 'undelivered'] as const;
export type Tallied = (typeof tallied)[number];

/** How often it happened since the service started. */
export class EventTally {
  readonly #counts = new Map<Tallied, number>(tallied.map((what) => [what, 0]));

  count(what: Tallied): void {
    this.#counts.set(what, this.of(what) + 1);
  }

  of(what: Tallied): number {
    return this.#counts.get(what) ?? 0;
  }
}

/** Series of one metric that what users make can add to: a Prometheus that scrapes many hosts must not be filled by one of them. */
const namedMax = 500;

/**
 * Which of the things that users name are labels: those that were seen first. All others are counted together, under no name, so that a
 * series never changes its meaning and no counter goes back.
 */
export class LabelBound {
  readonly #named = new Set<string>();

  /** `name`, or nothing where there are too many names already. */
  of(name: string): string {
    if (this.#named.has(name)) return name;
    if (this.#named.size >= namedMax) return '';
    this.#named.add(name);
    return name;
  }
}

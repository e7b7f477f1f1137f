/** A JSON object whose members are looked at one by one: what a server says is checked, not believed. */
export class Shape {
  readonly #value: object;
  readonly #what: string;

  /** `what` names the object in errors. Throws TypeError where `value` is not an object. */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null) throw new TypeError(`${what} is not a JSON object.`);
    this.#value = value;
    this.#what = what;
  }

  #member(key: string): unknown {
    return Object.getOwnPropertyDescriptor(this.#value, key)?.value;
  }

  /** A text; '' where it is missing or null. */
  text(key: string): string {
    const value = this.#member(key) ?? '';
    if (typeof value !== 'string') throw new TypeError(`${this.#what}: ${key} is not a text.`);
    return value;
  }

  /** A number; 0 where it is missing or null. */
  number(key: string): number {
    const value = this.#member(key) ?? 0;
    if (typeof value !== 'number') throw new TypeError(`${this.#what}: ${key} is not a number.`);
    return value;
  }

  /** Whether it is true; no where it is missing or null. */
  flag(key: string): boolean {
    const value = this.#member(key) ?? false;
    if (typeof value !== 'boolean') throw new TypeError(`${this.#what}: ${key} is neither true nor false.`);
    return value;
  }

  /** A list of texts; empty where it is missing or null. */
  texts(key: string): readonly string[] {
    const value = this.#member(key) ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw new TypeError(`${this.#what}: ${key} is not a list of texts.`);
    return value;
  }

  /** A list of pairs of numbers; empty where it is missing or null. */
  pairs(key: string): readonly (readonly [number, number])[] {
    const value = this.#member(key) ?? [];
    if (!Array.isArray(value)) throw new TypeError(`${this.#what}: ${key} is not a list.`);
    return value.map((item: unknown) => {
      const [one, other]: unknown[] = Array.isArray(item) ? item : [];
      if (typeof one !== 'number' || typeof other !== 'number')
        throw new TypeError(`${this.#what}: ${key} has an item that is no pair of numbers.`);
      return [one, other];
    });
  }

  /** A list of objects; empty where it is missing or null. */
  list(key: string): readonly Shape[] {
    const value = this.#member(key) ?? [];
    if (!Array.isArray(value)) throw new TypeError(`${this.#what}: ${key} is not a list.`);
    return value.map((item: unknown, index) => new Shape(item, `${this.#what}: ${key}[${index}]`));
  }

  /** An object; an empty one where it is missing or null. */
  object(key: string): Shape {
    return new Shape(this.#member(key) ?? {}, `${this.#what}: ${key}`);
  }

  /** The names of its members. */
  get names(): readonly string[] {
    return Object.keys(this.#value);
  }

  toJSON(): object {
    return this.#value;
  }
}

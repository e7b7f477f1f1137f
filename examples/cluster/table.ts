interface Row {
  /** Begun here, and not ended. */
  running: number;
  /** Results that came from here. */
  results: number;
}

/** What each host does, as it goes: redrawn in place on a terminal, else a line now and then. */
export class HostTable {
  readonly #rows = new Map<string, Row>();
  /** Where each task began last. */
  readonly #hosts = new Map<number, string>();
  readonly #total: number;
  readonly #terminal = process.stdout.isTTY;
  #results = 0;
  #again = 0;
  #drawn = 0;
  #drawnAt = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Tasks that began once more, because their host was lost. */
  get again(): number {
    return this.#again;
  }

  /** A task begins. */
  began(task: number, host: string): void {
    const before = this.#hosts.get(task);
    if (before !== undefined) {
      this.#again += 1;
      this.#row(before).running -= 1;
    }
    this.#hosts.set(task, host);
    this.#row(host).running += 1;
    this.#draw();
  }

  /** Its result is there. */
  ended(task: number): void {
    const row = this.#row(this.#hosts.get(task) ?? '?');
    row.running -= 1;
    row.results += 1;
    this.#results += 1;
    this.#draw(this.#results === this.#total);
  }

  /** By host. */
  get results(): ReadonlyMap<string, number> {
    return new Map([...this.#rows].map(([host, { results }]) => [host, results]));
  }

  #row(host: string): Row {
    const row = this.#rows.get(host) ?? { running: 0, results: 0 };
    this.#rows.set(host, row);
    return row;
  }

  #draw(last = false): void {
    const everyMs = this.#terminal ? 100 : 1_000;
    if (!last && performance.now() - this.#drawnAt < everyMs) return;
    this.#drawnAt = performance.now();
    const rows = [...this.#rows].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const said = `${this.#results} of ${this.#total} results${this.#again > 0 ? `, ${this.#again} tasks begun again` : ''}`;
    if (!this.#terminal) {
      const each = rows.map(([host, { running, results }]) => `${host} ${results} (+${running})`);
      return console.log(`${said}: ${each.join(', ')}`);
    }
    const lines = rows.map(
      ([host, { running, results }]) =>
        `${host.padEnd(16)} ${String(results).padStart(5)} ${'█'.repeat((results * 40) / this.#total)}${'░'.repeat(running)}`,
    );
    const up = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : '';
    process.stdout.write(`${up}${[...lines, said].map((line) => `\u001B[2K${line}\n`).join('')}`);
    this.#drawn = lines.length + 1;
  }
}

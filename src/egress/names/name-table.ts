/** Addresses that stand for names inside a container: 127.64.0.0/10, without the ends and the one that is the container's own. */
const firstAddress = 0x7f_40_00_02;
/** Names that one container can have asked for and still connect to. The oldest of more is forgotten. */
const namesMax = 4_096;

/** Which address stands for which name in one container. */
export class NameTable {
  readonly #addresses = new Map<string, number>();
  readonly #names = new Map<number, string>();
  #next = firstAddress;

  /** The address of a name, 4 bytes, from now on. */
  addressOf(name: string): Uint8Array {
    const known = this.#addresses.get(name);
    // The last one used is the last one forgotten.
    if (known !== undefined) this.#addresses.delete(name);
    const address = known ?? this.#next++;
    this.#addresses.set(name, address);
    this.#names.set(address, name);
    if (this.#addresses.size > namesMax) this.#forgetOldest();
    return bytesOf(address);
  }

  /** Has what another one has. */
  copy(of: NameTable): void {
    for (const [name, address] of of.#addresses) {
      this.#addresses.set(name, address);
      this.#names.set(address, name);
    }
    this.#next = of.#next;
  }

  /** The name that an address stands for; undefined for one that stands for none (any more). */
  nameOf(address: Uint8Array): string | undefined {
    return address.length === 4 ? this.#names.get(Buffer.from(address).readUInt32BE()) : undefined;
  }

  #forgetOldest(): void {
    const [oldest] = this.#addresses;
    if (oldest === undefined) return;
    this.#addresses.delete(oldest[0]);
    this.#names.delete(oldest[1]);
    if (this.#next > 0x7f_7f_ff_00) this.#next = firstAddress;
  }
}

/** Whether an address is one of those that stand for names. */
export function standsForName(address: Uint8Array): boolean {
  return address.length === 4 && address[0] === 127 && ((address[1] ?? 0) & 0xc0) === 64;
}

function bytesOf(address: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(address);
  return bytes;
}

interface Event {
  /** How to fail. */
  readonly how?: 'throw' | 'reject' | 'exit' | 'loop' | 'memory';
}

class OutOfStockError extends Error {
  override readonly name = 'OutOfStockError';
}

function buy(item: string): never {
  throw new OutOfStockError(`There is no ${item} left.`);
}

/** Fails in the way it is asked to; see what the caller gets, and that neighbours do not notice. */
export async function handler(event: Event): Promise<void> {
  switch (event.how ?? 'throw') {
    case 'throw':
      return buy('tea');
    case 'reject':
      await Promise.reject(new TypeError('a promise nobody kept'));
      return;
    case 'exit':
      process.exit(7);
    case 'loop':
      for (;;);
    case 'memory': {
      const hoard: Buffer[] = [];
      for (;;) hoard.push(Buffer.alloc(16_777_216, 1));
    }
  }
}

interface Event {
  readonly urls?: readonly string[];
}

interface Outcome {
  readonly url: string;
  readonly answer?: string;
  /** Why there is none, as Node names it. */
  readonly error?: string;
  readonly ms: number;
}

/** Fetches each of some addresses, and says what came of it. */
export async function handler({ urls = ['http://example.org/'] }: Event): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const url of urls) {
    const startedAt = performance.now();
    const found = await read(url);
    outcomes.push({ url, ...found, ms: performance.now() - startedAt });
  }
  return outcomes;
}

async function read(url: string): Promise<{ readonly answer: string } | { readonly error: string }> {
  try {
    const response = await fetch(url);
    return { answer: (await response.text()).slice(0, 200) };
  } catch (error) {
    const { cause } = Object(error);
    return { error: Object(cause).code ?? String(error) };
  }
}

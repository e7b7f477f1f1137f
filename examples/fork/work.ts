import { once } from 'node:events';
import { thread } from 'heddle';

/** Makes a table of primes, once, and then looks for twins in the part of it that it is told: each fork in another one. */
export async function search(primesBelow: number): Promise<string> {
  const isPrime = sieve(primesBelow);
  thread.port.postMessage('ready');
  const [{ from, count }] = await once(thread.port, 'message');
  let twins = 0;
  for (let n = from; n < from + count; n += 1) if (isPrime[n] === 1 && isPrime[n + 2] === 1) twins += 1;
  const place = `fork ${thread.forkIndex}, lucky number ${Math.floor(Math.random() * 1e6)}`;
  return `${twins} twin primes from ${from} on (${place})`;
}

function sieve(below: number): Uint8Array {
  const isPrime = new Uint8Array(below).fill(1, 2);
  for (let n = 2; n * n < below; n += 1)
    if (isPrime[n] === 1) for (let multiple = n * n; multiple < below; multiple += n) isPrime[multiple] = 0;
  return isPrime;
}

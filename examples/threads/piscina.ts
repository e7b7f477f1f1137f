// A program of Piscina's, unchanged: how it is started makes its pool's workers cloud threads.
//
//   ./heddle --node --import heddle/register examples/threads/piscina.ts [WORD…]
import { Piscina } from 'piscina';
import type { Hashed } from './piscina-work.ts';

const named = process.argv.slice(2);
const words = named.length > 0 ? named : ['correct', 'horse', 'battery', 'staple'];
const pool = new Piscina<string, Hashed>({
  filename: new URL('./piscina-work.ts', import.meta.url).href,
  name: 'hashOf',
  maxThreads: 2,
  // Piscina's workers would wake through memory that they share with this process, which is on another machine.
  atomics: 'disabled',
});
const hashes = await Promise.all(words.map((word) => pool.run(word)));
for (const { word, hash, host } of hashes) console.log(`${hash}  ${word}  (on ${host})`);
await pool.destroy();

import { setTimeout as wait } from 'node:timers/promises';
import { call } from './call.js';

export async function handler() {
  await wait(150); // as for a database
  return await call('price');
}

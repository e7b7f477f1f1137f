import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';

/** A tenth of the price, in cents. */
export async function discount(cents: number): Promise<number> {
  return Math.round(cents / 10);
}

/** What a plug-in with other plans would look for. */
export const lookAround = async (): Promise<{ key: boolean; processes: number; network: boolean; host: string }> => ({
  key: process.env['SHOP_KEY'] !== undefined,
  processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
  network: await fetch('http://192.0.2.1/').then(
    () => true,
    () => false,
  ),
  host: hostname(),
});

// A function whose plug-ins run apart from it (heddle.json): it has a key, and they see neither that nor its memory, files and network.
import { discount, lookAround } from './plugins/discount.ts';

interface Order {
  readonly cents: number;
}

export async function handler({ cents }: Order): Promise<{ cents: number; key: boolean; plugInSees: unknown }> {
  const charged = cents - (await discount(cents));
  return { cents: charged, key: process.env['SHOP_KEY'] !== undefined, plugInSees: await lookAround() };
}

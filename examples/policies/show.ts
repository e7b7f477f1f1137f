import { spawn } from 'heddle';

// A plug-in that somebody sent in: it may see one variable, reach one host, and call nothing. `./heddle run examples/policies/show.ts`
const plugin = async (): Promise<string> => {
  const seen = Object.keys(process.env).filter((name) => name.startsWith('SHOP_'));
  const reached = await fetch('http://198.51.100.7/').then(
    () => 'reached',
    () => 'refused',
  );
  return `sees ${seen.join(', ') || 'nothing'}; 198.51.100.7 ${reached}; ${process.constrainedMemory() / 1_048_576} MB`;
};

const env = { SHOP_CURRENCY: 'EUR', SHOP_TOKEN: 'secret' };
const policy = { env: ['SHOP_CURRENCY'], egress: 'api.example.org:443', services: [], memoryMb: 128, timeoutMs: 5_000 };
const options = { env, policy, memoryMb: 256, name: 'plug-in' };

console.log(await spawn(plugin, [], options));

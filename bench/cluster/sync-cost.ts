import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNatsServer } from '../../src/image/nats-server.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { natsServerConfig } from '../../src/cluster/nats/config.ts';
import { freePorts } from '../../src/cluster/local/free-ports.ts';
import { ensureNatsKeys } from '../../src/cluster/nats/keys.ts';
import { ensureStream, untilAnswered } from '../../src/cluster/nats/streams.ts';
import { startNatsProcess } from '../../src/cluster/nats/server-process.ts';
import { untilGroupIsWhole } from '../../src/cluster/nats/whole-group.ts';
import { testLink } from '../../src/cluster/testing/links.ts';

// What it costs that servers have on their disks what they acknowledge (`sync_interval: always`), against NATS's own two minutes: acknowledged messages of 1 KiB a second, one after the
// other and sixteen at once, interleaved. `./heddle --node bench/cluster/sync-cost.ts [ROUNDS]`

const rounds = Number(process.argv[2] ?? 3);
const secondsEach = 3;
const payload = new Uint8Array(1_024);
const signal = AbortSignal.timeout(280_000);

async function group(
  count: 1 | 3,
  sync: string,
  undo: AsyncDisposableStack,
): Promise<(width: number) => Promise<number>> {
  const { path: program } = await ensureNatsServer(testCache(), () => undefined, signal);
  const folder = await mkdtemp(join(tmpdir(), 'heddle-sync-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const keys = await ensureNatsKeys(join(folder, 'keys'));
  const ports = await freePorts('127.0.0.1', count * 2);
  const places = ports.map((port) => ({ host: '127.0.0.1', port }));
  const names = places.slice(0, count).map((_, n) => `n${n + 1}`);
  const start = async (name: string): Promise<void> => {
    const n = names.indexOf(name);
    const [listen, route] = [places[n], places[count + n]];
    if (listen === undefined || route === undefined) throw new Error('No port.');
    const cluster = count === 1 ? {} : { cluster: { name: 'bench', listen: route, routes: places.slice(count) } };
    const config = natsServerConfig({ name, listen, folder: join(folder, name), ...cluster }, keys);
    const configFile = join(folder, `${name}.conf`);
    undo.use(await startNatsProcess({ program, configFile, config: config.replace('"always"', `"${sync}"`) }));
  };
  await Promise.all(names.map(start));
  const urls = ports.slice(0, count).map((port) => `nats://127.0.0.1:${port}`);
  const restart = (): Promise<void> => Promise.reject(new Error('The servers did not find each other; run it again.'));
  if (count > 1)
    await untilGroupIsWhole(
      { urls, monitoringFile: keys.monitoringFile, keyFile: keys.hostsFile, names, restart },
      signal,
    );
  const base = { hostName: 'bench', peerHost: '127.0.0.1', peerPort: 0, replicas: count };
  const link = undo.use(await testLink({ ...base, servers: urls, keyFile: keys.hostsFile }));
  await ensureStream(link, 'BENCH', count, { subjects: ['bench'] }, signal);
  await untilAnswered(() => link.jetstream.publish('bench', payload), signal);
  return async (width) => {
    let sent = 0;
    const end = performance.now() + secondsEach * 1_000;
    const send = async (): Promise<void> => {
      for (; performance.now() < end; sent++) await link.jetstream.publish('bench', payload);
    };
    await Promise.all(Array.from({ length: width }, send));
    return sent / secondsEach;
  };
}

await using undo = new AsyncDisposableStack();
for (const count of [1, 3] as const) {
  const always = await group(count, 'always', undo);
  const usual = await group(count, '2m', undo);
  for (const width of [1, 16]) {
    for (let round = 0; round < rounds; round++) {
      const [safe, quick] = [await always(width), await usual(width)];
      console.log(
        `${count} server(s), ${width} at once: ${Math.round(safe)}/s always, ${Math.round(quick)}/s not; ratio ${(quick / safe).toFixed(1)}`,
      );
    }
  }
}

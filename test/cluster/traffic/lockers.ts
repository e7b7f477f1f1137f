import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestCluster } from '../harness.ts';
import type { Ledger } from '../history/ledger.ts';

const program = join(import.meta.dirname, '..', 'fixtures', 'locker.ts');

/** Programs, one for each host and connected to it first, that all want the same lock. They end when this is disposed. */
export function startLockers(cluster: TestCluster, ledger: Ledger): AsyncDisposable {
  const urls = cluster.hosts.map(({ url }) => url);
  const children = urls.map((_, n) => {
    const { accessKeyId, secretAccessKey } = cluster.clientOptions(n).credentials;
    const env = {
      ...process.env,
      HEDDLE_URL: [...urls.slice(n), ...urls.slice(0, n)].join(','),
      HEDDLE_ACCESS_KEY_ID: accessKeyId,
      HEDDLE_SECRET_ACCESS_KEY: secretAccessKey,
    };
    // It ends with this process, whatever that dies of.
    const command = ['--pdeathsig', 'KILL', '--', process.execPath, program, ledger.url, `program-${n}`];
    const child = spawn('setpriv', command, { env, stdio: 'ignore' });
    return { child, ended: once(child, 'exit') };
  });
  return {
    [Symbol.asyncDispose]: async () => {
      for (const { child } of children) child.kill('SIGKILL');
      await Promise.all(children.map(({ ended }) => ended));
    },
  };
}

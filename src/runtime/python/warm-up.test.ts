import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { bundlePath, python } from './testing.ts';

const skip = python === undefined ? 'this machine has no /usr/bin/python3.11' : false;
test('a /tmp that is replaced while Python rehearses leaves its process in peace', { skip }, async () => {
  const script = `
import os, shutil, sys
sys.path.insert(0, ${JSON.stringify(`${await bundlePath()}/source`)})
from heddle_runtime import warm_up
class Server(warm_up.Server):
    def receive(self, message):
        shutil.rmtree(folder, ignore_errors=True)
        return super().receive(message)
folder = f"/tmp/.heddle-rehearsal-{os.getpid()}"
warm_up.Server = Server
warm_up.rehearse()
print('rehearsed', os.path.exists(folder))`;
  assert.equal(execFileSync(python ?? '', ['-c', script], { encoding: 'utf8' }), 'rehearsed False\n');
});

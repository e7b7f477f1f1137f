import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { protocolVersion } from '../../protocol/messages.ts';
import { python } from './testing.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Has Python's coder read frames, one after the other in `input`, and write what it read; `then` is Python that comes in between. */
function through(input: Buffer, then: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-wire-'));
  try {
    writeFileSync(join(folder, 'constants.py'), 'FRAME_BYTES_MAX = 16777216\n');
    const script = `
import sys, types
package = types.ModuleType('heddle_runtime'); package.__path__ = [${JSON.stringify(folder)}, ${JSON.stringify(join(here, 'heddle_runtime'))}]
sys.modules['heddle_runtime'] = package
sys.dont_write_bytecode = True
from heddle_runtime.wire import WireError, decode, encode_frame, frame_length
data = sys.stdin.buffer.read()
${then}`;
    return execFileSync(python ?? '', ['-c', script], { input, maxBuffer: 64 << 20 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('it speaks the version of the protocol that the service speaks', { skip: python === undefined }, () => {
  const said = through(Buffer.alloc(0), 'from heddle_runtime.wire import PROTOCOL_VERSION; print(PROTOCOL_VERSION)');
  assert.equal(Number(said), protocolVersion);
});

const echo = `
while data:
    length = frame_length(data[:4])
    sys.stdout.buffer.write(encode_frame(decode(data[4:4 + length])))
    data = data[4 + length:]
`;

const values: readonly object[] = [
  { nothing: null, yes: true, no: false },
  {
    numbers: [
      0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, -1, -32, -33, -128, -129, -32_769, -2_147_483_648,
    ],
  },
  { fractions: [0.5, -0.1, 1e300, 4_294_967_296, 2 ** 53, -(2 ** 40)] },
  { texts: ['', 'a', 'ä€😀', 'x'.repeat(31), 'x'.repeat(32), 'y'.repeat(255), 'y'.repeat(256), 'z'.repeat(70_000)] },
  {
    binary: [
      Buffer.alloc(0),
      Buffer.from([1, 2, 255]),
      Buffer.alloc(255, 1),
      Buffer.alloc(256, 2),
      Buffer.alloc(70_000, 3),
    ],
  },
  { lists: [[], [[], [1]], Array.from({ length: 16 }, (_, n) => n), Array.from({ length: 70_000 }, () => 1)] },
  { maps: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`key ${n}`, { n }])) },
];

test('what the service encodes comes back from Python as it was', { skip: python === undefined }, () => {
  const output = through(Buffer.concat(values.map((value) => encodeFrameWhole(value))), echo);
  let at = 0;
  for (const value of values) {
    const length = output.readUInt32LE(at);
    const body = output.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    assert.deepEqual(decode(body), decode(encodeFrameWhole(value).subarray(4)));
  }
  assert.equal(at, output.length);
});

const refusals = `
for body in [b'', b'\\xc1', b'\\x81\\x01\\x02', b'\\xa5ab', b'\\xdd\\xff\\xff\\xff\\xff', b'\\x91' * 20 + b'\\x01', b'\\xc4\\x05a', b'\\x01\\x01', b'\\xa2\\xff\\xff', b'\\xcb\\x00']:
    try:
        decode(body); print('read', body)
    except WireError as error:
        print('refused')
for head in [b'\\0\\0\\0\\0', b'\\xff\\xff\\xff\\xff']:
    try:
        frame_length(head); print('read', head)
    except WireError:
        print('refused')
for value in [{'x': object()}, {'x': {1, 2}}, {'x': 'a' * 17_000_000}]:
    try:
        encode_frame(value); print('wrote')
    except WireError:
        print('refused')
`;

test(
  'what is no message is refused with one kind of error, and nothing is made of it',
  { skip: python === undefined },
  () => {
    assert.equal(through(Buffer.alloc(0), refusals).toString(), 'refused\n'.repeat(15));
  },
);

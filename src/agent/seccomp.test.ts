import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusals, syscallMax } from './seccomp-rules.ts';
import { seccompProgram } from './seccomp.ts';

const [allowed, killed, refused] = [0x7fff0000, 0x80000000, 0x00050000];
const [EPERM, ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT] = [1, 38, 93, 97];
const x86_64 = 0xc000003e;

/** What the kernel does with a filter, for the few instructions that ours has. */
function run(program: Buffer, number: number, args: readonly number[] = [], architecture = x86_64): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture, 4);
  args.forEach((value, index) => data.writeBigUInt64LE(BigInt(value), 16 + index * 8));
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const [code, yes, no] = [program.readUInt16LE(at * 8), program[at * 8 + 2] ?? 0, program[at * 8 + 3] ?? 0];
    const value = program.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x05) at += value;
    else if (code === 0x15) at += accumulator === value ? yes : no;
    else if (code === 0x35) at += accumulator >= value ? yes : no;
    else if (code === 0x45) at += (accumulator & value) === 0 ? no : yes;
    else throw new Error(`Instruction ${at} has the unknown code ${code}.`);
  }
}

test('every system call number gets what the table says', () => {
  for (const watched of [false, true]) checkTable(seccompProgram(watched), refusals(watched));
  assert.deepEqual(
    [319, 29].map((number) => refusals(true).get(number)),
    [EPERM, EPERM],
  );
});

function checkTable(program: Buffer, table: ReadonlyMap<number, number>): void {
  for (let number = 0; number <= syscallMax; number++) {
    const errno = table.get(number);
    // Plain arguments, which no inspected call objects to (AF_UNIX is 1).
    const args = number === 41 || number === 53 ? [1, 1, 0] : [0, 0, 0];
    assert.equal(run(program, number, args), errno === undefined ? allowed : refused | errno, `system call ${number}`);
  }
}

test('calls that we do not know, and those of x32, do not exist', () => {
  const program = seccompProgram(true);
  for (const number of [syscallMax + 1, 600, 0x40000000, 0x40000000 + 59, 0xffffffff])
    assert.equal(run(program, number), refused | ENOSYS);
});

test('code for another architecture is killed', () => {
  assert.equal(run(seccompProgram(true), 0, [], 0x40000003), killed);
});

test('a process may be forked and a thread started, but no namespace', () => {
  const program = seccompProgram(true);
  const [fork, thread] = [0x01200011, 0x003d0f00];
  assert.equal(run(program, 56, [fork]), allowed);
  assert.equal(run(program, 56, [thread]), allowed);
  for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
    assert.equal(run(program, 56, [fork + flag]), refused | EPERM);
});

test('sockets are for Unix, IPv4, IPv6 and listing interfaces', () => {
  const program = seccompProgram(true);
  const verdict = (family: number, protocol: number): number => run(program, 41, [family, 1, protocol]);
  for (const protocol of [0, 1, 6, 17]) {
    assert.equal(verdict(2, protocol), allowed);
    assert.equal(verdict(10, protocol), allowed);
  }
  assert.equal(verdict(1, 0), allowed);
  assert.equal(verdict(16, 0), allowed);
  assert.equal(verdict(16, 12), refused | EPROTONOSUPPORT);
  assert.equal(verdict(2, 132), refused | EPROTONOSUPPORT);
  for (const family of [3, 17, 38, 40, 44]) assert.equal(verdict(family, 0), refused | EAFNOSUPPORT);
});

test('a terminal cannot be typed into, whatever the upper half of the request says', () => {
  const program = seccompProgram(true);
  const above = 2 ** 32;
  assert.equal(run(program, 16, [0, 0x5413]), allowed);
  for (const request of [0x5412, 0x541c, above + 0x5412]) assert.equal(run(program, 16, [0, request]), refused | EPERM);
});

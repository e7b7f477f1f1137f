import { inspected, refusals, syscallMax } from './seccomp-rules.ts';

// Classic BPF over `struct seccomp_data` (Linux: Documentation/userspace-api/seccomp_filter.rst, include/uapi/linux/filter.h).

interface Instruction {
  readonly code: number;
  /** How many instructions to skip if the comparison holds, and if not. */
  readonly yes: number;
  readonly no: number;
  readonly value: number;
}
type Code = readonly Instruction[];

const at = { number: 0, architecture: 4, argument: (index: number): number => 16 + index * 8 };
const x86_64 = 0xc000003e;
const EPERM = 1;
const ENOSYS = 38;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

const load = (offset: number): Instruction => ({ code: 0x20, yes: 0, no: 0, value: offset });
const skip = (count: number): Instruction => ({ code: 0x05, yes: 0, no: 0, value: count });
const give = (value: number): Instruction => ({ code: 0x06, yes: 0, no: 0, value });
const allow = give(0x7fff0000);
const killProcess = give(0x80000000);
const refuse = (errno: number): Instruction => give(0x00050000 | errno);
const ifEqual = (value: number, yes: number, no: number): Instruction => ({ code: 0x15, yes, no, value });
const ifAtLeast = (value: number, yes: number, no: number): Instruction => ({ code: 0x35, yes, no, value });
const ifAnyBit = (value: number, yes: number, no: number): Instruction => ({ code: 0x45, yes, no, value });

/** All CLONE_NEW… flags that `clone` takes: namespaces. */
const namespaceFlags = 0x7e020000;
const clone: Code = [load(at.argument(0)), ifAnyBit(namespaceFlags, 0, 1), refuse(EPERM), allow];

/** TIOCSTI and TIOCLINUX put words into a terminal's mouth. */
const ioctl: Code = [load(at.argument(1)), ifEqual(0x5412, 1, 0), ifEqual(0x541c, 0, 1), refuse(EPERM), allow];

/** Only Unix, IPv4, IPv6 (TCP, UDP, ping), and the netlink family that lists network interfaces. */
const socket: Code = [
  load(at.argument(0)),
  ifEqual(1, 9, 0), // AF_UNIX: allow
  ifEqual(2, 3, 0), // AF_INET: look at the protocol
  ifEqual(10, 2, 0), // AF_INET6: look at the protocol
  ifEqual(16, 7, 0), // AF_NETLINK: look at its protocol
  refuse(EAFNOSUPPORT),
  load(at.argument(2)),
  ifEqual(0, 3, 0), // any
  ifEqual(6, 2, 0), // TCP
  ifEqual(17, 1, 0), // UDP
  ifEqual(1, 0, 3), // ICMP echo, else refuse
  allow,
  load(at.argument(2)),
  ifEqual(0, 1, 0), // NETLINK_ROUTE
  refuse(EPROTONOSUPPORT),
  allow,
];

/** A stretch of system call numbers that are treated alike, from `first` up to the next stretch. */
interface Stretch {
  readonly first: number;
  readonly code: Code;
}

function stretches(watched: boolean): Stretch[] {
  const refused = refusals(watched);
  const special = new Map<number, Code>([
    [inspected.clone, clone],
    [inspected.ioctl, ioctl],
    [inspected.socket, socket],
    [inspected.socketpair, socket],
  ]);
  const all: Stretch[] = [];
  for (let number = 0; number <= syscallMax; number++) {
    const errno = refused.get(number);
    const code = special.get(number) ?? (errno === undefined ? allowed : refusal(errno));
    if (all.at(-1)?.code !== code) all.push({ first: number, code });
  }
  // Also the x32 calls, whose numbers have bit 30 set.
  all.push({ first: syscallMax + 1, code: refusal(ENOSYS) });
  return all;
}

const allowed: Code = [allow];
const refusalByErrno = new Map<number, Code>();
function refusal(errno: number): Code {
  const code = refusalByErrno.get(errno) ?? [refuse(errno)];
  refusalByErrno.set(errno, code);
  return code;
}

/** A binary search over the stretches: gVisor interprets filters, so their length is felt at every system call. */
function search(among: readonly Stretch[]): Code {
  const middle = among.length >> 1;
  const pivot = among[middle];
  if (middle === 0 || pivot === undefined) return among[0]?.code ?? allowed;
  const below = search(among.slice(0, middle));
  const above = search(among.slice(middle));
  const branch =
    below.length <= 255
      ? [ifAtLeast(pivot.first, below.length, 0)]
      : [ifAtLeast(pivot.first, 0, 1), skip(below.length)];
  return [...branch, ...below, ...above];
}

/**
 * The filter that containers run under, as an array of `struct sock_filter`, for x86-64 only: other architectures (32-bit
 * code) are killed, x32 and unknown calls do not exist. `watched`: see `refusals`.
 */
export function seccompProgram(watched: boolean): Buffer {
  const program: Code = [
    load(at.architecture),
    ifEqual(x86_64, 1, 0),
    killProcess,
    load(at.number),
    ...search(stretches(watched)),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach((instruction, index) => {
    bytes.writeUInt16LE(instruction.code, index * 8);
    bytes.writeUInt8(instruction.yes, index * 8 + 2);
    bytes.writeUInt8(instruction.no, index * 8 + 3);
    bytes.writeUInt32LE(instruction.value >>> 0, index * 8 + 4);
  });
  return bytes;
}

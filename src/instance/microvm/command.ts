import { fd } from './qemu.ts';

/** What runs the guest's processor. */
export type Accelerator = 'kvm' | 'tcg';
/** The kinds of machine that QEMU puts together, the smaller one first. */
export const machines = ['microvm', 'pc'] as const;
/** One of {@link machines}. */
export type Machine = (typeof machines)[number];

/** Which machines to try, the better one first. */
export function machinesFor(accelerator: Accelerator): readonly Machine[] {
  return accelerator === 'kvm' ? machines : ['pc'];
}

/** What a QEMU is started with. Template and clone must agree in everything that the guest can see. */
export interface QemuCommand {
  readonly accelerator: Accelerator;
  readonly machine: Machine;
  readonly memoryMb: number;
  /** File that is the guest's memory. `shared`: what the guest writes goes into it. Absent: anonymous memory. */
  readonly memory?: { readonly path: string; readonly shared: boolean };
  /** Image of the disk, read-only. */
  readonly disk?: string;
  readonly channels: number;
  /** Boots this; or else waits for a state to be loaded. */
  readonly boot?: { readonly kernel: string; readonly initramfs: string; readonly kernelArguments: readonly string[] };
}

/**
 * Memory for translated code, MiB, per instance (only what is used is taken). Full means: all of it is thrown away, and what waits to be
 * called is cold again. A copy that has warmed up has 62, the first container that it makes adds 58 (Node 22: 45), each other 11.
 */
const translationCacheMb = 512;
/**
 * Everything QEMU can emulate but what makes guests slower: V8 would change protection keys all the time, a fifth level of
 * page tables makes every miss longer, and the wide registers are saved and restored byte by byte at every task switch.
 */
const emulatedProcessor = 'max,la57=off,pku=off,xsave=off,avx=off,avx2=off';
/** Guests' clocks start here. Far in the past, so that setting a clone's clock makes OpenSSL's generators reseed. */
export const clockBase = '2000-01-01T00:00:00';

/**
 * Ports of one virtio-serial device. It takes 30, but tells the guest of them through a queue of 32 messages, three for
 * each port, and drops what finds no room: then some ports look for ever as if the host had not opened them.
 */
const portsPerDevice = 10;

/** Name of a channel's port in the guest. */
export function portName(index: number): string {
  return `heddle.${index}`;
}

/** QEMU's arguments (qemu(1)). There is no network device, and QEMU may neither start programs nor gain rights. */
export function qemuArguments(command: QemuCommand): string[] {
  const { accelerator, machine, memoryMb, boot } = command;
  // A template's QEMU hands its state to a program; nothing but our own code ever runs in that guest.
  const spawn = boot === undefined ? 'deny' : 'allow';
  return [
    ['-nodefaults', '-no-user-config', '-no-reboot'],
    ['-display', 'none'],
    ['-name', 'heddle'],
    ['-sandbox', `on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny,spawn=${spawn}`],
    ['-accel', accelerator === 'kvm' ? 'kvm' : `tcg,tb-size=${translationCacheMb}`],
    ['-cpu', accelerator === 'kvm' ? 'host' : emulatedProcessor],
    ['-smp', '1'],
    ['-m', `${memoryMb}`],
    ['-machine', machineOptions(machine, command.memory !== undefined)],
    memoryBackend(command),
    ['-rtc', `base=${clockBase}`],
    ['-chardev', `socket,id=qmp,fd=${fd.qmp}`],
    ['-mon', 'chardev=qmp,mode=control'],
    ['-chardev', `socket,id=console,fd=${fd.console}`],
    ['-serial', 'chardev:console'],
    diskArguments(command.disk),
    channelArguments(command.channels),
    boot === undefined ? ['-incoming', 'defer'] : bootArguments(boot),
  ].flat();
}

function machineOptions(machine: Machine, backend: boolean): string {
  const options = machine === 'pc' ? 'pc,usb=off,vmport=off,smbus=off,hpet=off' : 'microvm,acpi=on,pcie=on,rtc=on';
  return backend ? `${options},memory-backend=mem` : options;
}

function memoryBackend({ memory, memoryMb }: QemuCommand): string[] {
  if (memory === undefined) return [];
  // A copy may write to all of its memory and will to little of it: a host that is smaller than its guests takes it all the same.
  const how = memory.shared ? 'share=on' : 'share=off,reserve=off';
  return ['-object', `memory-backend-file,id=mem,size=${memoryMb}M,mem-path=${quote(memory.path)},${how}`];
}

function diskArguments(path: string | undefined): string[] {
  if (path === undefined) return [];
  // Nobody writes to it, so nobody needs to lock it against anybody.
  const file = `file.driver=file,file.filename=${quote(path)},file.locking=off`;
  return ['-blockdev', `driver=raw,node-name=root,read-only=on,${file}`, '-device', 'virtio-blk-pci,drive=root'];
}

function channelArguments(channels: number): string[] {
  const devices = Array.from({ length: Math.ceil(channels / portsPerDevice) }, (_, device) => [
    '-device',
    `virtio-serial-pci,id=serial${device},max_ports=${portsPerDevice + 1}`,
  ]);
  const ports = Array.from({ length: channels }, (_, index) => [
    '-chardev',
    `socket,id=c${index},fd=${fd.channel(index)}`,
    '-device',
    `virtserialport,chardev=c${index},name=${portName(index)},${portAddress(index)}`,
  ]);
  return [...devices, ...ports].flat();
}

/** Number 0 of a device is for consoles. */
function portAddress(index: number): string {
  return `bus=serial${Math.floor(index / portsPerDevice)}.0,nr=${1 + (index % portsPerDevice)}`;
}

function bootArguments(boot: NonNullable<QemuCommand['boot']>): string[] {
  return ['-kernel', boot.kernel, '-initrd', boot.initramfs, '-append', boot.kernelArguments.join(' ')];
}

/** QEMU's option lists end at a comma; a doubled one is part of the value. */
function quote(path: string): string {
  return path.replaceAll(',', ',,');
}

/** The kernel's command line (Documentation/admin-guide/kernel-parameters.txt). */
export function kernelArguments(accelerator: Accelerator): string[] {
  const all = ['console=ttyS0', 'quiet', 'loglevel=4', 'panic=-1', 'random.trust_cpu=on', 'audit=0', 'nowatchdog'];
  if (accelerator === 'kvm') return all;
  // An emulated processor does not speculate, and flushing its caches at every system call costs more than the call.
  // Its time stamp counter is the host's: read without leaving the guest, unlike every other clock.
  const clock = ['tsc=reliable', 'clocksource=tsc', 'no_timer_check'];
  // Each of these is on every system call's way and guards nothing here: no security module has a policy, nobody reads
  // pressure, and what a container could learn of its guest's kernel leads no further than to its account's own containers.
  const spared = ['mitigations=off', 'init_on_alloc=0', 'lsm=', 'psi=0', 'randomize_kstack_offset=off'];
  return [...all, ...clock, ...spared];
}

// Numbers of system calls on x86-64: Linux's arch/x86/entry/syscalls/syscall_64.tbl.

/** The last system call that was looked at; what comes after it does not exist for user code. */
export const syscallMax = 462;

const EPERM = 1;
const ENOSYS = 38;

/** Refused with "not permitted". */
const forbidden: Readonly<Record<string, number>> = {
  // Other processes' memory, registers and descriptors.
  ptrace: 101,
  process_vm_readv: 310,
  process_vm_writev: 311,
  process_madvise: 440,
  process_mrelease: 448,
  pidfd_getfd: 438,
  kcmp: 312,
  // Mounts and roots.
  mount: 165,
  umount2: 166,
  pivot_root: 155,
  chroot: 161,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  name_to_handle_at: 303,
  open_by_handle_at: 304,
  fanotify_init: 300,
  // Namespaces; `clone` is looked at more closely.
  unshare: 272,
  setns: 308,
  // The kernel itself.
  init_module: 175,
  finit_module: 313,
  delete_module: 176,
  kexec_load: 246,
  kexec_file_load: 320,
  reboot: 169,
  bpf: 321,
  perf_event_open: 298,
  syslog: 103,
  add_key: 248,
  request_key: 249,
  keyctl: 250,
  acct: 163,
  swapon: 167,
  swapoff: 168,
  quotactl: 179,
  quotactl_fd: 443,
  vhangup: 153,
  sethostname: 170,
  setdomainname: 171,
  // Clocks.
  settimeofday: 164,
  adjtimex: 159,
  clock_settime: 227,
  clock_adjtime: 305,
  // Hardware, and old corners of memory management that mostly serve attacks.
  iopl: 172,
  ioperm: 173,
  modify_ldt: 154,
  personality: 135,
  userfaultfd: 323,
  mbind: 237,
  set_mempolicy: 238,
  migrate_pages: 256,
  move_pages: 279,
  set_mempolicy_home_node: 450,
};

/** Said not to exist, because libraries then do without. */
const absent: Readonly<Record<string, number>> = {
  // Its flags lie behind a pointer, where a filter cannot look; the C library falls back to `clone`.
  clone3: 435,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  memfd_secret: 447,
  statmount: 457,
  listmount: 458,
  lsm_get_self_attr: 459,
  lsm_set_self_attr: 460,
  lsm_list_modules: 461,
  // Removed or never implemented.
  uselib: 134,
  ustat: 136,
  sysfs: 139,
  _sysctl: 156,
  create_module: 174,
  get_kernel_syms: 177,
  query_module: 178,
  nfsservctl: 180,
  getpmsg: 181,
  putpmsg: 182,
  afs_syscall: 183,
  tuxcall: 184,
  security: 185,
  lookup_dcookie: 212,
  epoll_ctl_old: 214,
  epoll_wait_old: 215,
  vserver: 236,
};

/**
 * Numbers between the old table and the one that all architectures share. The first two, `uretprobe` and `uprobe`, the
 * kernel lets through every filter, and answers with SIGILL unless its own probes made the call.
 */
const gap = { first: 335, last: 423 };

/** Looked at with their arguments. */
export const inspected = { ioctl: 16, socket: 41, socketpair: 53, clone: 56 } as const;

/** Ways to memory that no process need map, and that whoever looks at processes does not see; refused as not permitted. */
const unseenMemory: Readonly<Record<string, number>> = { memfd_create: 319, shmget: 29 };

/** Refused system calls by number, and the errno each gives. `watched`: memory is limited by looking at processes. */
export function refusals(watched: boolean): Map<number, number> {
  const all = new Map<number, number>();
  if (watched) for (const number of Object.values(unseenMemory)) all.set(number, EPERM);
  for (const number of Object.values(forbidden)) all.set(number, EPERM);
  for (const number of Object.values(absent)) all.set(number, ENOSYS);
  for (let number = gap.first; number <= gap.last; number++) all.set(number, ENOSYS);
  return all;
}

/** What stops working without a package; nothing else does. */
export type Feature = 'microvm' | 'gvisor' | 'host' | 'tests';

/** A package of Debian and Ubuntu that Heddle runs programs of. */
export interface SystemPackage {
  readonly name: string;
  /** A program whose presence shows that the package, or something as good, is there. */
  readonly program: string;
  readonly why: string;
  readonly features: readonly Feature[];
}

/** Every system package that Heddle uses. What guests are made of is downloaded into the cache and is not listed here. */
export const systemPackages: readonly SystemPackage[] = [
  {
    name: 'qemu-system-x86',
    program: 'qemu-system-x86_64',
    why: 'runs instances as virtual machines',
    features: ['microvm'],
  },
  {
    name: 'squashfs-tools',
    program: 'mksquashfs',
    why: "packs the virtual machines' read-only disk",
    features: ['microvm'],
  },
  {
    name: 'xz-utils',
    program: 'xz',
    why: "unpacks the guest kernel's modules",
    features: ['microvm'],
  },
  {
    name: 'bubblewrap',
    program: 'bwrap',
    why: 'makes containers on this kernel for the host driver',
    features: ['host'],
  },
  {
    name: 'curl',
    program: 'curl',
    why: 'the tests call the service with it, as its users do',
    features: ['tests'],
  },
  {
    name: 'chromium',
    program: 'chromium',
    why: 'the tests start threads from a page in it',
    features: ['tests'],
  },
  {
    name: 'busybox',
    program: 'busybox',
    why: 'the tests unpack an archive of ours with it',
    features: ['tests'],
  },
];

import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { keyOf, once, type Build } from '../cache.ts';
import { downloadPackages, thisDistribution, unpackPackages, type Distribution } from '../debian.ts';
import { collectModules } from './kernel-modules.ts';

/** Raised when the recipe below changes in a way that its other inputs do not show. */
const recipe = 1;

/** What a guest needs beyond the bare kernel: its disk, its file system, its channels to the host. */
const devices = ['virtio_pci', 'virtio_mmio', 'virtio_blk', 'squashfs', 'virtio_console'];
/** Images of code are files (src/agent/code/mounts.ts). */
const images = ['loop'];
/** What the relay has containers' kernel lead to it (src/agent/relay), and tell of. */
const redirects = ['nf_tables', 'nft_chain_nat', 'nft_redir', 'nft_log', 'nfnetlink_log'];
const modules = [...devices, ...images, ...redirects];

/** A kernel for guests, taken out of the distribution's package; nothing is installed. */
export interface GuestKernel {
  /** Folder with the kernel `vmlinuz` and the modules `000-first.ko`, `001-second.ko` … in the order to load them. */
  readonly dir: string;
  readonly vmlinuz: string;
  readonly hash: string;
}

/** The guest kernel below `cacheDir`, extracted from this machine's distribution if it is not there. Needs no root. */
export async function ensureKernel(
  cacheDir: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestKernel> {
  const distribution = await thisDistribution();
  const packageName = kernelPackage(distribution);
  const hash = keyOf({ recipe, distribution, packageName, modules });
  const build = (task: Build): Promise<void> => extractKernel(packageName, task);
  const dir = await once(join(cacheDir, 'kernel'), hash, build, report, signal);
  return { dir, vmlinuz: join(dir, 'vmlinuz'), hash };
}

/** The distribution's kernel that was made for virtual machines. */
function kernelPackage({ id }: Distribution): string {
  return id === 'ubuntu' ? 'linux-image-virtual' : 'linux-image-cloud-amd64';
}

async function extractKernel(packageName: string, { folder, report, signal }: Build): Promise<void> {
  const [apt, tree] = [join(folder, '.apt'), join(folder, '.tree')];
  const downloading = 'Guest kernel: downloading its Debian package.';
  report(downloading);
  const files = await downloadPackages([packageName], apt, signal, undefined, (share) => report(downloading, share));
  await mkdir(tree);
  await unpackPackages(
    files.filter((file) => /^linux-(image|modules)/.test(basename(file))),
    tree,
    signal,
  );
  const release = onlyOne(await readdir(join(tree, 'lib/modules')), 'folder in lib/modules', packageName);
  await copyFile(join(tree, 'boot', `vmlinuz-${release}`), join(folder, 'vmlinuz'));
  const found = await collectModules(join(tree, 'lib/modules', release), modules, signal);
  for (const [index, { name, content }] of found.entries())
    await writeFile(join(folder, `${String(index).padStart(3, '0')}-${name}.ko`), content);
  for (const path of [apt, tree]) await rm(path, { recursive: true });
}

function onlyOne(names: readonly string[], what: string, where: string): string {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0)
    throw new Error(`The package ${where} should bring one ${what}, but brings ${names.length}: ${names.join(', ')}.`);
  return name;
}

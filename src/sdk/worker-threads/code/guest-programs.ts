import { fileURLToPath } from 'node:url';
import { bundle, defaultRuntime } from '../../code/bundle.ts';

/** What of ours runs in the container: beside the real Worker, and in it before user code. */
export interface GuestPrograms {
  readonly main: Uint8Array;
  readonly prelude: Uint8Array;
}

let programs: Promise<GuestPrograms> | undefined;

/** Bundled once in a process, from the sources or from what they were compiled to. */
export function guestPrograms(): Promise<GuestPrograms> {
  programs ??= make();
  programs.catch(() => (programs = undefined));
  return programs;
}

async function make(): Promise<GuestPrograms> {
  const [main, prelude] = await Promise.all([program('main', 'esm'), program('prelude', 'cjs')]);
  return { main, prelude };
}

async function program(name: string, format: 'esm' | 'cjs'): Promise<Uint8Array> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const entry = fileURLToPath(new URL(`../guest/${name}.${extension}`, import.meta.url));
  const { files } = await bundle(entry, defaultRuntime, {
    entryPoints: [entry],
    format,
    sourcemap: false,
    banner: {},
    keepNames: true,
  });
  const [file] = files;
  if (file === undefined) throw new Error(`esbuild gave nothing for ${entry}.`);
  return file.contents;
}

/**
 * What of mapped files is resident, KiB, by the text of a process's `smaps`. A mapping's first line ends with its path
 * (proc_pid_smaps(5)).
 */
export function mappedFilesKib(smaps: string): number {
  let kib = 0;
  let isFile = false;
  for (const line of smaps.split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$/.exec(line);
    if (mapping !== null) isFile = mapping[1]?.startsWith('/') === true;
    else if (isFile && line.startsWith('Rss:')) kib += Number(/\d+/.exec(line)?.[0] ?? 0);
  }
  return kib;
}

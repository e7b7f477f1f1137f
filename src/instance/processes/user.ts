/** Whether this process is root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** What a person can do where the kernel does not let an ordinary user make namespaces. */
export function userNamespaceRemedy(): string {
  if (isRoot())
    return 'This process is root but may not make namespaces or mounts, as in a container without privileges: run it outside, or give the container CAP_SYS_ADMIN and no seccomp profile.';
  return (
    'This system may forbid user namespaces to ordinary users. Ubuntu 23.10 and later: ' +
    '`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`; Debian: `sudo sysctl kernel.unprivileged_userns_clone=1`; ' +
    'elsewhere `sudo sysctl user.max_user_namespaces=15000`. Or run the service as root.'
  );
}

#!/bin/sh
# One would guess of a program whose command has only subcommands (`tool queue`), called without one, that commander shows the help where help belongs: on stdout, as for --help, and with
# what exitOverride() gives for help, exit code 0 and code "commander.helpDisplayed".
#
# It shows it on stderr and ends with 1; exitOverride() gets an error with the code "commander.help" and the message "(outputHelp)", in brackets, which is meant for nobody. A program that
# writes what it is given by itself (outputError or a handler around parse) prints that word, and where it has silenced writeErr, nothing else.
#
# Packages: commander 14.0.3 from npm, Node. Source: commander's lib/command.js, help({ error: true }) for a command that has subcommands and no action.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund commander@14.0.3 >/dev/null
cat >look.mjs <<'END'
import { Command } from 'commander';
for (const args of [['queue', '--help'], ['queue']]) {
  const seen = { stdout: 0, stderr: 0 };
  const output = { writeOut: () => seen.stdout++, writeErr: () => seen.stderr++ };
  const queue = new Command('queue').exitOverride().configureOutput(output);
  queue.command('ls').action(() => undefined);
  try {
    new Command('tool').exitOverride().configureOutput(output).addCommand(queue).parse(args, { from: 'user' });
  } catch ({ code, message, exitCode }) {
    console.log(`tool ${args.join(' ')}: ${code}, "${message}", exit ${exitCode}, help on ${seen.stdout > 0 ? 'stdout' : 'stderr'}`);
  }
}
END
node look.mjs | tee seen
grep -q '^tool queue --help: commander.helpDisplayed, "(outputHelp)", exit 0, help on stdout$' seen &&
  grep -q '^tool queue: commander.help, "(outputHelp)", exit 1, help on stderr$' seen || {
  echo 'This has changed.' >&2
  exit 1
}

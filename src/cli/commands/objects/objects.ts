import { Command } from 'commander';
import { launcher } from '../../context.ts';
import { copy, list, makeBucket, remove, removeBucket } from './files.ts';
import { setPath, showPaths } from './path.ts';

const examples = `
Examples:
  $ heddle objects mb photos                                make a bucket
  $ heddle objects cp cat.jpg photos:2026/cat.jpg           a file into it; back: cp photos:2026/cat.jpg cat.jpg
  $ heddle objects ls photos:2026/                          what is in it, by prefix
  $ heddle objects path set letters --get redact.js         whoever reads from "letters" gets what redact.js makes of it
  $ heddle objects path set public --bucket letters --get redact.js,shrink      the same by a name beside it: "letters" stays as it is
  $ heddle objects path show

Plain code of a path is a file with one export, which streams:
  export default async function* (object) {
    for await (const part of object.body) yield Buffer.from(part.toString('latin1').replaceAll('secret', '******'), 'latin1');
  }

Buckets are S3's: eval "$(heddle env)", and aws s3, rclone and every AWS SDK find them.`;

/** `heddle objects` */
export function objectsCommand(): Command {
  const command = new Command('objects')
    .description('keep objects in buckets, and have them go through functions when they are read or written')
    .addHelpText('after', `${examples}\nSee also: ${launcher()} env --help`);
  command
    .command('list')
    .alias('ls')
    .description('list buckets, or what is in one')
    .argument('[place]', 'BUCKET or BUCKET:PREFIX')
    .option('--recursive', 'each object, also behind slashes')
    .action(async (place: string | undefined, _options: unknown, sub: Command) => await list(place, sub));
  command
    .command('mb')
    .description('make a bucket')
    .argument('<bucket>')
    .action(async (bucket: string, _options: unknown, sub: Command) => await makeBucket(bucket, sub));
  command
    .command('rb')
    .description('remove a bucket that is empty')
    .argument('<bucket>')
    .action(async (bucket: string, _options: unknown, sub: Command) => await removeBucket(bucket, sub));
  command
    .command('cp')
    .description('copy a file to an object, or an object to a file')
    .argument('<from>', 'a file, BUCKET:KEY, or - for standard input')
    .argument('<to>', 'a file, BUCKET:KEY, or - for standard output')
    .option('--type <type>', 'content type of the object')
    .action(async (from: string, to: string, _options: unknown, sub: Command) => await copy(from, to, sub));
  command
    .command('rm')
    .description('remove objects')
    .argument('<objects...>', 'BUCKET:KEY')
    .action(async (places: readonly string[], _options: unknown, sub: Command) => await remove(places, sub));
  const path = command.command('path').description('the functions that objects go through');
  path
    .command('set')
    .description(
      'set it: of a bucket, or with --bucket of an access point, which is another name for a bucket; without functions it is removed',
    )
    .argument('<name>', 'of the bucket or the access point')
    .option('--bucket <bucket>', 'the bucket that the access point is for')
    .option('--get <functions>', 'names of functions, or files of plain code, with commas between them')
    .option('--head <functions>', 'the same, for what is said of objects')
    .option('--list <functions>', 'the same, for lists')
    .option('--put <functions>', 'the same, for what is written')
    .action(async (name: string, _options: unknown, sub: Command) => await setPath(name, sub));
  path
    .command('show')
    .description('show all paths')
    .action(async (_options: unknown, sub: Command) => await showPaths(sub));
  return command;
}

import { type Atom, data, type Value } from '../values/value.ts';
import { operationDrafts, whereOf } from './aws.ts';
import { type Described, pathOf } from './draft.ts';
import { documentOperations, oldServices } from './tables/aws-operations.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

/** A call to something of version 2 of AWS's SDK: `new AWS.S3().getObject(…)`. */
export function describeOldAws(atom: Outside, args: readonly Value[]): Described {
  const members = atom.links.flatMap((link) => (link.kind === 'member' && link.name !== 'default' ? [link.name] : []));
  const operation = members.at(-1) ?? '';
  const names = members.slice(0, -1).map((each) => each.replace('clients/', '').toLowerCase());
  const name = names.findLast((each) => !['aws', 'default'].includes(each)) ?? '';
  if (!pathOf(atom).includes('()')) return { effects: [] };
  if (['promise', 'on', 'createReadStream', 'eachPage', 'config', 'update'].includes(operation))
    return { effects: [], gives: data, callsBack: [data, data] };
  const service = oldServices[name] ?? name;
  const upper = operation.charAt(0).toUpperCase() + operation.slice(1);
  const plain =
    service === 's3' && upper === 'Upload'
      ? 'PutObject'
      : name === 'documentclient'
        ? (documentOperations[upper] ?? upper)
        : upper;
  if (upper === 'GetSignedUrl' || upper === 'GetSignedUrlPromise')
    return { effects: [], gives: data, callsBack: [data, data] };
  return {
    effects: operationDrafts(service, plain, args[0] ?? [], whereOf(service, atom)),
    gives: data,
    callsBack: [data, data],
  };
}

import type { Settings } from '../../model/functions/settings.ts';
import type { Field } from './field.ts';
import { parseAuxiliaries } from './parse-auxiliaries.ts';
import { parseDestinations } from './parse-destinations.ts';
import { parseSources } from './parse-sources.ts';

type OutsideSettings = Pick<Settings, 'auxiliaries' | 'sources' | 'destinations'>;

/** Settings of what the service deals with elsewhere, for functions. */
export const outsideFields: { readonly [K in keyof OutsideSettings]: Field<Settings[K]> } = {
  auxiliaries: {
    flag: 'aux',
    environment: 'HEDDLE_AUX',
    argument: 'NAME=URL',
    description:
      'processes that functions of your account may call as http://heddle.internal/aux/NAME, at http://, https:// or unix:/PATH; several with ; between',
    parse: parseAuxiliaries,
    fallback: () => ({}),
    fallbackText: 'none; see "heddle aux"',
  },
  sources: {
    flag: 'sources',
    environment: 'HEDDLE_SOURCES',
    argument: 'JSON',
    description:
      'where functions\' events may come from beside queues here, by names of yours: {"jobs": {"kind": "nats", "url": "nats://…", "user": "…", ' +
      '"password": "…"}}, also "sqs", "redis", "postgres" and "kafka"; best in the configuration file, as it has secrets',
    parse: parseSources,
    fallback: () => ({}),
    fallbackText: 'none',
  },
  destinations: {
    flag: 'destinations',
    environment: 'HEDDLE_DESTINATIONS',
    argument: 'JSON',
    description:
      'where results of events may go beside functions, queues and HTTP endpoints here: {"sns": {"endpoint": "https://…", "accessKeyId": "…", ' +
      '"secretAccessKey": "…"}}, also "sqs" and "events"; best in the configuration file, as it has secrets',
    parse: parseDestinations,
    fallback: () => ({}),
    fallbackText: 'none',
  },
};

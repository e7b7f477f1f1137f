import { ApiError } from '../../../api/errors.ts';
import { optionalObject, optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { SourceRules } from '../../../events/sources/source-kind.ts';

/** Which source a request names. */
export interface NamedSource {
  readonly sourceArn: string;
  /** Where it was not named by an ARN. */
  readonly servers?: readonly string[];
}

/**
 * The source of a request: its EventSourceArn, or the topic at the servers that SelfManagedEventSource names. `arnAt` gives the beginning of the
 * ARN of what is at some servers, where the operator has named those. Throws InvalidParameterValueException.
 */
export function namedSource(input: JsonInput, arnAt: (servers: readonly string[]) => string | undefined): NamedSource {
  const given = optionalString(input, 'EventSourceArn');
  const selfManaged = optionalObject(input, 'SelfManagedEventSource');
  if (given !== undefined && selfManaged !== undefined)
    throw invalid('EventSourceArn and SelfManagedEventSource name two sources; it should be one of both.');
  if (given !== undefined) return { sourceArn: given };
  if (selfManaged === undefined) throw invalid('EventSourceArn must be provided for this event source type.');
  const servers = textsIn(optionalObject(selfManaged, 'Endpoints') ?? {}, 'KAFKA_BOOTSTRAP_SERVERS');
  const [topic] = textsIn(input, 'Topics');
  if (servers.length === 0) throw invalid('SelfManagedEventSource should have Endpoints with KAFKA_BOOTSTRAP_SERVERS.');
  if (topic === undefined) throw invalid('Topics must have one topic where SelfManagedEventSource is given.');
  const arn = arnAt(servers);
  if (arn === undefined)
    throw invalid(
      `Which clusters an account may read from is said by whoever runs this service: "sources" in its config.json has no connection of kind "kafka" for this account with the servers ${servers.join(', ').slice(0, 300)}.`,
    );
  return { sourceArn: `${arn}/${topic}`, servers };
}

/** The group of Kafka that a mapping is in: what was asked for, or one of its own. It stays as it was made. */
export function groupIn(
  input: JsonInput,
  { hasGroup }: SourceRules,
  uuid: string,
  before?: string,
): { readonly groupId?: string } {
  const managed = optionalObject(input, 'AmazonManagedKafkaEventSourceConfig');
  if (managed !== undefined)
    throw invalid('AmazonManagedKafkaEventSourceConfig is for clusters that Amazon manages, which are not here.');
  const config = optionalObject(input, 'SelfManagedKafkaEventSourceConfig');
  if (hasGroup !== true) {
    if (config !== undefined) throw invalid('SelfManagedKafkaEventSourceConfig is for topics of Kafka.');
    return {};
  }
  if ((config?.['SchemaRegistryConfig'] ?? undefined) !== undefined)
    throw invalid('SchemaRegistryConfig is not supported: records come as they are.');
  const asked = config === undefined ? undefined : optionalString(config, 'ConsumerGroupId');
  if (before !== undefined && asked !== undefined && asked !== before)
    throw invalid(`ConsumerGroupId is ${before}; it cannot be changed, only a new mapping can have another.`);
  return { groupId: before ?? asked ?? uuid };
}

function textsIn(input: JsonInput, name: string): readonly string[] {
  const list: unknown = input[name];
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}

/**
 * AWS's public model of the Lambda API, as far as requests can be checked by it. In this room, `operations.ts`, `shapes.ts` and `error-members.ts`
 * are made by `tools/lambda-model.ts`; `validate.ts` (pure) says what is wrong with a request by them, in AWS's words.
 */
export type Shape =
  | {
      readonly type: 'structure';
      readonly members: Readonly<Record<string, Member>>;
      readonly required: readonly string[];
    }
  | ({ readonly type: 'string' } & StringRules)
  | ({ readonly type: 'integer' | 'double' } & Bounds)
  | ({ readonly type: 'list'; readonly of: string } & Bounds)
  | { readonly type: 'map'; readonly key: string; readonly value: string }
  | { readonly type: 'blob' | 'boolean' | 'timestamp' };

/** Where in a request something stands. */
export interface Member {
  readonly shape: string;
  /** In the body where it is not said. */
  readonly in?: 'uri' | 'querystring' | 'header' | 'payload';
  /** Its name there, where that is another. */
  readonly name?: string;
}

/** Of a number, of a text's length, or of how many a list has; both ends included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What a text must be like. */
export interface StringRules extends Bounds {
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** It is not repeated in refusals. */
  readonly sensitive?: true;
}

/** One operation of the API. */
export interface ModelOperation {
  readonly method: string;
  readonly uri: string;
  /** The name of a structure; absent where it takes nothing. */
  readonly input?: string;
}

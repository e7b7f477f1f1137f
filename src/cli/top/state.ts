/** What instances can be sorted by, in the order in which the key goes through them. */
export const sorts = ['age', 'busy', 'calls', 'idle', 'host'] as const;
/** One of {@link sorts}. */
export type Sort = (typeof sorts)[number];
/** The list that has the room that is left. */
export type List = 'instances' | 'functions' | 'hosts';

/** What the person at the terminal has chosen. */
export interface ViewState {
  readonly sort: Sort;
  /** Only what has this in it. */
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  readonly paused: boolean;
  readonly list: List;
  /** Rows of the list that are above what is shown. */
  readonly offset: number;
  readonly help: boolean;
}

export const atFirst: ViewState = {
  sort: 'age',
  filter: '',
  typing: false,
  paused: false,
  list: 'instances',
  offset: 0,
  help: false,
};

/** A key as Node's readline names it. */
export interface Key {
  readonly name?: string | undefined;
  /** As it came. */
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What a key does. */
export type Outcome = ViewState | 'quit' | 'suspend';

/** Room for the filter; names of functions have at most 64 characters. */
const filterLengthMax = 64;

/** What follows from a key. `page`: rows of the list that are shown; `hosts`: whether there are any. */
export function keyPressed(state: ViewState, key: Key, page: number, hosts: boolean): Outcome {
  if (key.ctrl === true) return key.name === 'c' ? 'quit' : key.name === 'z' ? 'suspend' : state;
  if (state.typing) return typed(state, key);
  if (state.help) return key.name === 'q' ? 'quit' : { ...state, help: false };
  const to = (offset: number): ViewState => ({ ...state, offset: Math.max(0, offset) });
  switch (key.name) {
    case 'q':
      return 'quit';
    case 'up':
    case 'k':
      return to(state.offset - 1);
    case 'down':
    case 'j':
      return to(state.offset + 1);
    case 'pageup':
      return to(state.offset - page);
    case 'pagedown':
      return to(state.offset + page);
    case 'home':
      return to(0);
    case 'end':
      return to(Number.MAX_SAFE_INTEGER);
    case 's':
      return { ...to(0), sort: after(hosts ? sorts : sorts.filter((sort) => sort !== 'host'), state.sort) };
    case 'tab':
      return { ...to(0), list: after(hosts ? [...lists, 'hosts'] : lists, state.list) };
    case 'space':
    case 'p':
      return { ...state, paused: !state.paused };
    case 'escape':
      return { ...to(0), filter: '' };
    case 'h':
      return { ...state, help: true };
    default:
      if (key.sequence === '?') return { ...state, help: true };
      return key.sequence === '/' ? { ...to(0), typing: true } : state;
  }
}

const lists: readonly List[] = ['instances', 'functions'];

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length] ?? one;
}

function typed(state: ViewState, { name, sequence = '' }: Key): ViewState {
  if (name === 'return' || name === 'enter') return { ...state, typing: false };
  if (name === 'escape') return { ...state, typing: false, filter: '', offset: 0 };
  if (name === 'backspace') return { ...state, filter: state.filter.slice(0, -1), offset: 0 };
  if (!/^[\u0020-\u007E]$/.test(sequence) || state.filter.length >= filterLengthMax) return state;
  return { ...state, filter: state.filter + sequence, offset: 0 };
}

/** Something under way that will bring a container, with a seat in it that nobody has taken. */
export interface FreeSeat<Order> {
  readonly order: Order;
  /** Until it is expected to be there, milliseconds. */
  readonly readyInMs: number;
}

/**
 * What placement looks at: the best candidate of each kind for one request. The request's account and configuration are
 * already in the choice of candidates. Read lazily and in the order of the fields, so that a reused container costs one look.
 */
export interface PlacementView<Container, Instance, Order> {
  /** Most recently used idle container with this very revision, for this account. */
  readonly idleContainer: Container | undefined;
  /** Fullest instance of this account and configuration with a blank container ready. */
  readonly blankInstance: Instance | undefined;
  /** Ready instances of this configuration in the warming pool. */
  readonly warmReady: number;
  /** Whether the request has a seat already, and only asks whether something came free in the meantime. */
  readonly seated: boolean;
  readonly makeSeat: FreeSeat<Order> | undefined;
  readonly coldSeat: FreeSeat<Order> | undefined;
  /** Fullest instance of this account and configuration in which one more container can be made. */
  readonly roomInstance: Instance | undefined;
  /** Least recently used idle container of this account and configuration, whatever its code, that can be replaced. */
  readonly replaceableContainer: Container | undefined;
  readonly coldStarting: number;
  readonly coldStartsMax: number;
  /** Memory one instance of this configuration needs, MiB. */
  readonly instanceMb: number;
  readonly memoryFreeMb: number;
  readonly memoryTotalMb: number;
  /** Memory of what could be destroyed for it: instances where nothing runs, warm ones of other configurations. */
  readonly evictableMb: number;
  /** Moving averages, milliseconds. */
  readonly coldMs: number;
  readonly containerMs: number;
}

export type Placement<Container, Instance, Order> =
  /** At once: */
  | { readonly by: 'reuse'; readonly container: Container }
  | { readonly by: 'blank'; readonly instance: Instance }
  | { readonly by: 'warm' }
  /** After something was made, cheapest by measured cost: */
  | { readonly by: 'seat'; readonly order: Order }
  | { readonly by: 'make'; readonly instance: Instance }
  | { readonly by: 'cold'; readonly evict: boolean }
  | { readonly by: 'replace'; readonly container: Container }
  /** In the queue, until something changes. */
  | { readonly by: 'wait' }
  /** Never: no instance of this configuration fits into the memory. */
  | { readonly by: 'impossible' };

/**
 * Decides where a request runs: the cheapest path that exists, never beyond a limit. Order: reuse, blank container,
 * warm instance; then, whichever is ready first by measured cost, something already under way, a container made on the
 * spot, or a cold instance; only where memory or room is short, the same at the cost of something idle; else the queue.
 */
export function place<C, I, O>(view: PlacementView<C, I, O>): Placement<C, I, O> {
  const container = view.idleContainer;
  if (container !== undefined) return { by: 'reuse', container };
  const instance = view.blankInstance;
  if (instance !== undefined) return { by: 'blank', instance };
  if (view.warmReady > 0) return { by: 'warm' };
  if (view.seated) return { by: 'wait' };
  return cheapest(withoutLoss(view)) ?? cheapest(withLoss(view)) ?? nothing(view);
}

interface Offer<C, I, O> {
  readonly costMs: number;
  readonly placement: Placement<C, I, O>;
}

/** The first of the cheapest offers, so that what is under way wins over something new at the same cost. */
function cheapest<C, I, O>(offers: readonly Offer<C, I, O>[]): Placement<C, I, O> | undefined {
  let best: Offer<C, I, O> | undefined;
  for (const offer of offers) if (best === undefined || offer.costMs < best.costMs) best = offer;
  return best?.placement;
}

function withoutLoss<C, I, O>(view: PlacementView<C, I, O>): Offer<C, I, O>[] {
  const { makeSeat, coldSeat, roomInstance } = view;
  const offers: Offer<C, I, O>[] = [];
  for (const seat of [makeSeat, coldSeat])
    if (seat !== undefined) offers.push({ costMs: seat.readyInMs, placement: { by: 'seat', order: seat.order } });
  if (roomInstance !== undefined)
    offers.push({ costMs: view.containerMs, placement: { by: 'make', instance: roomInstance } });
  if (view.coldStarting < view.coldStartsMax && view.memoryFreeMb >= view.instanceMb)
    offers.push({ costMs: view.coldMs, placement: { by: 'cold', evict: false } });
  return offers;
}

function withLoss<C, I, O>(view: PlacementView<C, I, O>): Offer<C, I, O>[] {
  // Memory that is free is not "short": then only the number of starts at once stands in the way, for a moment.
  if (view.memoryFreeMb >= view.instanceMb) return [];
  const offers: Offer<C, I, O>[] = [];
  const { replaceableContainer } = view;
  if (replaceableContainer !== undefined)
    offers.push({ costMs: view.containerMs, placement: { by: 'replace', container: replaceableContainer } });
  if (view.coldStarting < view.coldStartsMax && view.memoryFreeMb + view.evictableMb >= view.instanceMb)
    offers.push({ costMs: view.coldMs, placement: { by: 'cold', evict: true } });
  return offers;
}

function nothing<C, I, O>(view: PlacementView<C, I, O>): Placement<C, I, O> {
  return view.instanceMb > view.memoryTotalMb ? { by: 'impossible' } : { by: 'wait' };
}

/** Something under way that will bring a container, with a seat in it that nobody has taken. */
export interface FreeSeat<Order> {
  readonly order: Order;
  /** Until it is expected to be there, milliseconds. */
  readonly readyInMs: number;
}

/**
 * What placement looks at: the best candidate of each kind for one request. The request's account, runtime and memory are
 * already in the choice of candidates. Read lazily and in the order of the fields, so that a reused container costs one look.
 */
export interface PlacementView<Container, Instance, Order> {
  /** Most recently used idle container with this very revision, for this account. */
  readonly idleContainer: Container | undefined;
  /** What the request's container may take, MiB, and what an instance takes beside its containers. */
  readonly memoryMb: number;
  readonly overheadMb: number;
  /** What one instance, and what all together may have, MiB. */
  readonly instanceMbMax: number;
  readonly memoryTotalMb: number;
  readonly memoryFreeMb: number;
  /** Memory that will be free in a moment, and that of what could be destroyed for it: idle containers, warm instances. */
  readonly memoryComingMb: number;
  readonly evictableMb: number;
  /** An instance of this account with a blank container ready. */
  readonly blankInstance: Instance | undefined;
  /** One of this account in which one more container can be made. */
  readonly roomInstance: Instance | undefined;
  /** Whether the function has containers already, so that the request is one of many at once; or its account three instances with room: one whose calls end their containers is no reason for a fourth. */
  readonly crowd: boolean;
  /** Ready instances in the warming pool; and whether one of them has a blank container of the request's runtime. */
  readonly warmReady: number;
  readonly warmBlank: boolean;
  /** Whether the request has a seat already, and only asks whether something came free in the meantime. */
  readonly seated: boolean;
  readonly makeSeat: FreeSeat<Order> | undefined;
  readonly coldSeat: FreeSeat<Order> | undefined;
  /** Whether as many containers are being made as can be at once. */
  readonly makesSaturated: boolean;
  /** Least recently used idle container of this account, whatever its code, that can be replaced. */
  readonly replaceableContainer: Container | undefined;
  /** Whether an instance is being booted that this request may get a container in: the account's own, or one of the warming pool. */
  readonly bootComing: boolean;
  readonly coldStarting: number;
  readonly coldStartsMax: number;
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
  | { readonly by: 'cold' }
  | { readonly by: 'replace'; readonly container: Container }
  /** In the queue, until so much memory was made free at the cost of something idle, MiB. */
  | { readonly by: 'evict'; readonly neededMb: number }
  /** In the queue, until something changes. */
  | { readonly by: 'wait' }
  /** Never: no instance with such a container fits into the memory. */
  | { readonly by: 'impossible' };

/**
 * Decides where a request runs: the cheapest path that exists, never beyond a limit. Order: reuse, blank container,
 * warm instance; then, whichever is ready first by measured cost, something already under way, a container made on the
 * spot, or a cold instance; only where memory or room is short, the same at the cost of something idle; else the queue.
 * A crowd stays in the instances that it has, as long as there is room: it is the number of instances at work
 * that slows all of them down.
 */
export function place<C, I, O>(view: PlacementView<C, I, O>): Placement<C, I, O> {
  const container = view.idleContainer;
  if (container !== undefined) return { by: 'reuse', container };
  const { memoryMb } = view;
  if (view.overheadMb + memoryMb > view.memoryTotalMb || memoryMb > view.instanceMbMax) return { by: 'impossible' };
  if (view.memoryFreeMb < memoryMb) return evict(view, memoryMb);
  const instance = view.blankInstance;
  if (instance !== undefined) return { by: 'blank', instance };
  const room = view.roomInstance !== undefined;
  if (view.warmBlank ? !(view.crowd && room) : view.warmReady > 0 && !room) return { by: 'warm' };
  if (view.seated) return { by: 'wait' };
  return cheapest(offers(view)) ?? lastResort(view);
}

interface Offer<C, I, O> {
  readonly costMs: number;
  readonly placement: Placement<C, I, O>;
}

/** The first of the cheapest offers, so that what is under way wins over something new at the same cost. */
function cheapest<C, I, O>(offered: readonly Offer<C, I, O>[]): Placement<C, I, O> | undefined {
  let best: Offer<C, I, O> | undefined;
  for (const offer of offered) if (best === undefined || offer.costMs < best.costMs) best = offer;
  return best?.placement;
}

function offers<C, I, O>(view: PlacementView<C, I, O>): Offer<C, I, O>[] {
  const { makeSeat, coldSeat, roomInstance } = view;
  const all: Offer<C, I, O>[] = [];
  for (const seat of [makeSeat, coldSeat])
    if (seat !== undefined) all.push({ costMs: seat.readyInMs, placement: { by: 'seat', order: seat.order } });
  if (roomInstance !== undefined) {
    // An instance that has room is not joined by another one because its containers take their time.
    if (!view.makesSaturated) all.push({ costMs: view.containerMs, placement: { by: 'make', instance: roomInstance } });
    return all;
  }
  if (!view.bootComing && view.coldStarting < view.coldStartsMax && view.memoryFreeMb >= instanceMb(view))
    all.push({ costMs: view.coldMs, placement: { by: 'cold' } });
  return all;
}

function lastResort<C, I, O>(view: PlacementView<C, I, O>): Placement<C, I, O> {
  if (view.roomInstance !== undefined) return { by: 'wait' };
  const { replaceableContainer } = view;
  if (replaceableContainer !== undefined && !view.makesSaturated)
    return { by: 'replace', container: replaceableContainer };
  return view.memoryFreeMb < instanceMb(view) ? evict(view, instanceMb(view)) : { by: 'wait' };
}

function instanceMb<C, I, O>(view: PlacementView<C, I, O>): number {
  return view.overheadMb + view.memoryMb;
}

function evict<C, I, O>(view: PlacementView<C, I, O>, neededMb: number): Placement<C, I, O> {
  const soonMb = view.memoryFreeMb + view.memoryComingMb;
  if (soonMb >= neededMb || soonMb + view.evictableMb < neededMb) return { by: 'wait' };
  return { by: 'evict', neededMb };
}

/** How much of an instance is drawn, by how much room there is. */
export interface Detail {
  readonly name: 'large' | 'medium' | 'small' | 'tiny' | 'dot';
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

/** From the one that shows most to the one that most fit of. */
export const details: readonly [Detail, ...Detail[]] = [
  { name: 'large', width: 216, height: 70, gap: 10 },
  { name: 'large', width: 142, height: 70, gap: 10 },
  { name: 'medium', width: 104, height: 52, gap: 8 },
  { name: 'small', width: 46, height: 30, gap: 6 },
  { name: 'tiny', width: 22, height: 22, gap: 4 },
  { name: 'tiny', width: 17, height: 17, gap: 3 },
  { name: 'dot', width: 14, height: 14, gap: 2 },
  { name: 'dot', width: 11, height: 11, gap: 2 },
  { name: 'dot', width: 9, height: 9, gap: 2 },
  { name: 'dot', width: 7, height: 7, gap: 2 },
];

/** A part of the picture with instances of one pool in it, pixels. */
export interface Lane {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How far a pool's border is from what is in it, and its head above that, pixels. */
export const inset = 10;
export const laneHead = 36;

/** Where the two pools are: beside each other where that is wide enough, so that an instance that is allocated goes from left to right. */
export function lanesOf(width: number, height: number): { readonly warm: Lane; readonly active: Lane } {
  const [head, between] = [laneHead, 12];
  if (width >= 640) {
    const warmWidth = Math.round((width - between) * 0.34);
    const place = { y: head, height: height - head - inset };
    const activeX = warmWidth + between + inset;
    return {
      warm: { x: inset, width: warmWidth - 2 * inset, ...place },
      active: { x: activeX, width: width - activeX - inset, ...place },
    };
  }
  const warmHeight = Math.round((height - 2 * head - between - 2 * inset) * 0.34);
  const activeY = head + warmHeight + inset + between + head;
  const across = { x: inset, width: width - 2 * inset };
  return {
    warm: { ...across, y: head, height: warmHeight },
    active: { ...across, y: activeY, height: height - activeY - inset },
  };
}

/** How many tiles of a size are beside each other in a lane, and how many fit in all. */
export function roomOf({ width, height }: Lane, tile: Detail): { readonly columns: number; readonly tiles: number } {
  const columns = Math.max(1, Math.floor((width + tile.gap) / (tile.width + tile.gap)));
  const rows = Math.max(0, Math.floor((height + tile.gap) / (tile.height + tile.gap)));
  return { columns, tiles: columns * rows };
}

/** The most that can be shown of so many in each lane. */
export function detailFor(lanes: readonly { readonly lane: Lane; readonly count: number }[]): Detail {
  const fits = details.find((detail) =>
    lanes.every(({ lane, count }) => lane.width >= Math.min(detail.width, 140) && roomOf(lane, detail).tiles >= count),
  );
  return fits ?? details[details.length - 1] ?? details[0];
}

/** Where the tile in a slot of a lane is, pixels. Large ones share the lane's width among them. */
export function placeOf(lane: Lane, detail: Detail, slot: number): Lane {
  const { columns } = roomOf(lane, detail);
  const { height, gap } = detail;
  const width =
    detail.name === 'large' ? Math.min(260, Math.floor((lane.width - (columns - 1) * gap) / columns)) : detail.width;
  return {
    x: lane.x + (slot % columns) * (width + gap),
    y: lane.y + Math.floor(slot / columns) * (height + gap),
    width,
    height,
  };
}

/**
 * Slots for keys, so that what stays keeps its place: who is new takes the first that is free. All move up where the last slot would be beyond `max`.
 */
export function slotsFor(
  before: ReadonlyMap<string, number>,
  keys: readonly string[],
  max: number,
): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of keys) {
    const slot = before.get(key);
    if (slot === undefined || slot >= max) continue;
    slots.set(key, slot);
    taken.add(slot);
  }
  let free = 0;
  for (const key of keys) {
    if (slots.has(key)) continue;
    while (taken.has(free)) free += 1;
    slots.set(key, free);
    taken.add(free);
  }
  return slots;
}

import type { ContainerRow, InstanceRow } from '../../../../model/dashboard/overview.ts';
import { detailFor, lanesOf, placeOf, roomOf, slotsFor, type Detail, type Lane } from './layout.ts';

/** An instance on its way to where it belongs. */
export interface Tile {
  readonly key: string;
  row: InstanceRow | undefined;
  /** Where it is now, and where it goes. */
  x: number;
  y: number;
  width: number;
  height: number;
  alpha: number;
  target: Lane;
  /** It is gone, and fades. */
  leaving: boolean;
  /** How bright each container is because it was called just now, 1 to 0, by its id. */
  readonly glow: Map<string, number>;
}

/** How fast things move and fade: after so long, ms, a third of the way is left. */
const [moveMs, glowMs] = [110, 350];

/** The instances of both pools as they are drawn: what the service says, made into movement. */
export class Scene {
  readonly tiles: Map<string, Tile> = new Map();
  detail: Detail = detailFor([]);
  lanes: { readonly warm: Lane; readonly active: Lane } = lanesOf(0, 0);
  /** Instances in each pool, and those that are not drawn as there is no room. */
  counts = { warm: 0, active: 0, booting: 0, hidden: 0 };
  #slots: { warm: ReadonlyMap<string, number>; active: ReadonlyMap<string, number> } = {
    warm: new Map(),
    active: new Map(),
  };
  #size = '';

  /** Takes over what there is. `booting`: instances that are about to be. `still`: nothing moves, all is at once as it should be. */
  update(rows: ReadonlyMap<string, InstanceRow>, booting: number, width: number, height: number, still: boolean): void {
    const warm: string[] = [];
    const active: string[] = [];
    for (const [key, { state }] of rows) (state === 'warm' ? warm : active).push(key);
    for (let n = 0; n < booting; n++) warm.push(`booting ${n}`);
    this.counts = { warm: warm.length - booting, active: active.length, booting, hidden: 0 };
    this.lanes = lanesOf(width, height);
    this.detail = detailFor([
      { lane: this.lanes.warm, count: warm.length },
      { lane: this.lanes.active, count: active.length },
    ]);
    // Another arrangement: everything finds a new place.
    const size = `${width} ${height} ${this.detail.name}`;
    if (size !== this.#size) this.#slots = { warm: new Map(), active: new Map() };
    const jump = still || this.#size === '';
    this.#size = size;
    for (const tile of this.tiles.values()) tile.leaving = true;
    this.#place('warm', warm, rows, jump);
    this.#place('active', active, rows, jump);
  }

  #place(
    pool: 'warm' | 'active',
    keys: readonly string[],
    rows: ReadonlyMap<string, InstanceRow>,
    jump: boolean,
  ): void {
    const lane = this.lanes[pool];
    const { tiles: room } = roomOf(lane, this.detail);
    const slots = slotsFor(this.#slots[pool], keys, Math.max(room, 1));
    this.#slots[pool] = slots;
    for (const [key, slot] of slots) {
      if (slot >= room) {
        this.counts.hidden += 1;
        continue;
      }
      const row = rows.get(key);
      const target = placeOf(lane, this.detail, slot);
      const tile = this.tiles.get(key) ?? newTile(key, target);
      this.tiles.set(key, tile);
      if (tile.row !== row) glowWhereCalled(tile, row?.containers ?? []);
      tile.row = row;
      tile.target = target;
      tile.leaving = false;
      if (jump) Object.assign(tile, target, { alpha: 1 });
    }
  }

  /** Moves everything by so many milliseconds; whether anything still has a way to go. */
  step(ms: number, still: boolean): boolean {
    const [part, fade] = still ? [1, 0] : [1 - Math.exp(-ms / moveMs), Math.exp(-ms / glowMs)];
    let moves = false;
    for (const tile of this.tiles.values()) {
      const wanted = tile.leaving ? 0 : 1;
      tile.alpha += (wanted - tile.alpha) * part;
      if (tile.leaving && tile.alpha < 0.02) {
        this.tiles.delete(tile.key);
        continue;
      }
      if (Math.abs(wanted - tile.alpha) < 0.01) tile.alpha = wanted;
      else moves = true;
      moves = approach(tile, part) || moves;
      for (const [id, glow] of tile.glow)
        if (glow * fade < 0.03) tile.glow.delete(id);
        else tile.glow.set(id, glow * fade);
      moves ||= tile.glow.size > 0;
    }
    return moves;
  }

  /** The instance that is drawn at a point, pixels. */
  at(x: number, y: number): Tile | undefined {
    for (const tile of this.tiles.values())
      if (!tile.leaving && x >= tile.x && x <= tile.x + tile.width && y >= tile.y && y <= tile.y + tile.height)
        return tile;
    return undefined;
  }
}

function newTile(key: string, target: Lane): Tile {
  return { key, row: undefined, ...target, alpha: 0, target, leaving: false, glow: new Map() };
}

function glowWhereCalled(tile: Tile, now: readonly ContainerRow[]): void {
  const before = new Map(tile.row?.containers.map(({ id, invocations }) => [id, invocations]));
  for (const { id, invocations } of now) {
    const known = before.get(id);
    if (known !== undefined && invocations > known) tile.glow.set(id, 1);
  }
}

/** Whether it has not arrived. */
function approach(tile: Tile, part: number): boolean {
  let moves = false;
  for (const side of ['x', 'y', 'width', 'height'] as const) {
    const left = tile.target[side] - tile[side];
    if (Math.abs(left) < 0.5) tile[side] = tile.target[side];
    else {
      tile[side] += left * part;
      moves = true;
    }
  }
  return moves;
}

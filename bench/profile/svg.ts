import type { Frame } from './tree.ts';

const width = 1_600;
const rowHeight = 17;
const headHeight = 28;
/** Narrower frames cannot be seen, nor pointed at, pixels. */
const widthMin = 0.4;
const characterWidth = 6.6;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Our own code, packages, Node's, and what is native. */
function colour({ file, name }: Frame): string {
  if (file.includes('/node_modules/')) return '#f5c76a';
  if (file.startsWith('file:')) return '#8fc98f';
  if (file.startsWith('node:')) return '#9bbde6';
  return name === '(garbage collector)' ? '#e58f8f' : '#d3d3d3';
}

/** A call tree as a flame graph: callers below, what they call above, the width is the time; point at one to read it. */
export function flameGraph(root: Frame, title: string): string {
  const boxes: string[] = [];
  let depthMax = 0;
  const draw = (frame: Frame, x: number, depth: number): void => {
    const boxWidth = (frame.totalUs / root.totalUs) * width;
    if (boxWidth < widthMin) return;
    depthMax = Math.max(depthMax, depth);
    boxes.push(box(frame, x, depth, boxWidth, root.totalUs));
    let at = x;
    for (const child of [...frame.children.values()].toSorted((a, b) => b.totalUs - a.totalUs)) {
      draw(child, at, depth + 1);
      at += (child.totalUs / root.totalUs) * width;
    }
  };
  draw(root, 0, 0);
  const height = headHeight + (depthMax + 1) * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="11">
<text x="4" y="18" font-size="13">${escaped(title)}</text>
<g transform="translate(0 ${height}) scale(1 -1)">
${boxes.join('\n')}
</g>
</svg>
`;
}

function box(frame: Frame, x: number, depth: number, boxWidth: number, allUs: number): string {
  const y = depth * rowHeight;
  const percent = ((frame.totalUs / allUs) * 100).toFixed(1);
  const about = `${frame.name} ${frame.file} ${(frame.totalUs / 1_000).toFixed(1)} ms, ${percent} %`;
  const room = Math.floor((boxWidth - 4) / characterWidth);
  const label = room < 3 ? '' : frame.name.slice(0, room);
  // The picture is upside down, so that the root is at the bottom; the letters are turned back.
  const text =
    label === ''
      ? ''
      : `<text transform="translate(${(x + 2).toFixed(1)} ${y + 5}) scale(1 -1)">${escaped(label)}</text>`;
  const size = `x="${x.toFixed(1)}" y="${y}" width="${boxWidth.toFixed(1)}" height="${rowHeight - 1}"`;
  return `<g><title>${escaped(about)}</title><rect ${size} fill="${colour(frame)}" stroke="white" stroke-width="0.5"/>${text}</g>`;
}

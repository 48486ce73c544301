type Attributes = Readonly<Record<string, string | number>>;

/** One element of SVG. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(show(value))}"`);
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

export interface TextStyle {
  readonly size: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, around the place of the text. */
  readonly turned?: number;
  /** What is behind it is kept at a distance. */
  readonly halo?: boolean;
}

export function writeText(
  text: string,
  x: number,
  y: number,
  { size, color = '#16191f', bold = false, anchor = 'start', turned, halo = false }: TextStyle,
): string {
  const attributes = {
    x,
    y,
    'font-size': size,
    fill: color,
    'text-anchor': anchor,
    ...(bold && { 'font-weight': 'bold' }),
    ...(halo && { stroke: '#fff', 'stroke-width': 3, 'paint-order': 'stroke' }),
    ...(turned !== undefined && { transform: `rotate(${turned} ${show(x)} ${show(y)})` }),
  };
  return element('text', attributes, escape(text));
}

/** The commands of a path through points. */
export function drawThrough(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${show(x)} ${show(y)}`).join('');
}

/** So that a text in this size is about so wide; DejaVu Sans, which is wide, or anything narrower. */
export function widthOf(text: string, size: number): number {
  return text.length * size * 0.56;
}

function show(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(1))) : value;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

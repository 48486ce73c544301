import { formatNumber, formatTime, ticksUpTo, timesWithin } from './scale.ts';
import type { Series, Span } from './series.ts';
import { drawThrough, element, writeText } from './svg.ts';

const GRID = '#eaeded';
export const QUIET = '#545b64';
export const SMALL = 10.5;
const TITLE_HEIGHT = 34;
const LEGEND_HEIGHT = 24;
const TIME_HEIGHT = 20;
const AXIS_WIDTH = 56;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the times and values of a chart are. */
export interface Plot extends Box {
  /** @returns the place of a time. */
  readonly xOf: (at: number) => number;
  /** @returns the place of a value on an axis. */
  readonly yOf: (value: number, axis: Series['axis']) => number;
  readonly ticks: Readonly<Record<Series['axis'], readonly number[]>>;
}

export function layOut(
  series: readonly Series[],
  thresholds: readonly { readonly value: number }[],
  { from, to }: Span,
  box: Box,
  hasRight: boolean,
): Plot {
  const x = box.x + AXIS_WIDTH;
  const y = box.y + TITLE_HEIGHT;
  const width = box.width - AXIS_WIDTH - (hasRight ? AXIS_WIDTH : 18);
  const height = box.height - TITLE_HEIGHT - TIME_HEIGHT - LEGEND_HEIGHT;
  const highest = (axis: Series['axis']) => {
    const values = series
      .filter((each) => each.axis === axis)
      .flatMap(({ points }) => points.map(({ value }) => value));
    const all = axis === 'left' ? [...values, ...thresholds.map(({ value }) => value)] : values;
    return all.reduce((most, value) => Math.max(most, value), 0);
  };
  const ticks = { left: ticksUpTo(highest('left')), right: ticksUpTo(highest('right')) };
  return {
    x,
    y,
    width,
    height,
    ticks,
    xOf: (at) => x + ((at - from) / (to - from)) * width,
    yOf: (value, axis) => y + height - (value / (ticks[axis].at(-1) ?? 1)) * height,
  };
}

export function drawGrid({ x, y, width, height, xOf, yOf, ticks }: Plot, { from, to }: Span): string {
  const rows = ticks.left.map((value) => {
    const at = yOf(value, 'left');
    return element('path', {
      d: drawThrough([
        [x, at],
        [x + width, at],
      ]),
      stroke: value === 0 ? '#879596' : GRID,
    });
  });
  const times = timesWithin(from, to).map((at) =>
    writeText(formatTime(at), xOf(at), y + height + 15, { size: SMALL, color: QUIET, anchor: 'middle' }),
  );
  return [...rows, ...times].join('');
}

export function drawAxis(
  { x, y, width, height, yOf, ticks }: Plot,
  label: string,
  axis: Series['axis'],
): string {
  const isLeft = axis === 'left';
  const edge = isLeft ? x - 6 : x + width + 6;
  const numbers = ticks[axis].map((value) =>
    writeText(formatNumber(value), edge, yOf(value, axis) + 3.5, {
      size: SMALL,
      color: QUIET,
      anchor: isLeft ? 'end' : 'start',
    }),
  );
  const middle = y + height / 2;
  const unit = { size: SMALL, color: QUIET, anchor: 'middle', turned: isLeft ? -90 : 90 } as const;
  return [...numbers, writeText(label, isLeft ? x - 42 : x + width + 42, middle, unit)].join('');
}

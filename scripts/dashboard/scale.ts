/** The numbers of an axis that begins at 0, the last of them at its end. */
export function ticksUpTo(highest: number): readonly number[] {
  const step = roundStep(Math.max(highest, 1) / 4);
  const count = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The next of 1, 2, 5, 10, 20 and so on. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5].find((each) => each * power >= least) ?? 10;
  return Math.max(1, digit * power);
}

const STEPS_S = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600];

/** Full times within a span, about six of them; in milliseconds since the epoch. */
export function timesWithin(from: number, to: number): readonly number[] {
  const stepMs = (STEPS_S.find((seconds) => seconds * 6000 >= to - from) ?? 86_400) * 1000;
  const first = Math.ceil(from / stepMs) * stepMs;
  return Array.from({ length: Math.floor((to - first) / stepMs) + 1 }, (_, index) => first + index * stepMs);
}

/** 1,234 or 12.3k or 1.2M. */
export function formatNumber(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(1))}M`;
  if (value >= 10_000) return `${Number((value / 1000).toFixed(1))}k`;
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** In UTC; with seconds where there are any. */
export function formatTime(at: number): string {
  const time = new Date(at).toISOString().slice(11, 19);
  return time.endsWith(':00') ? time.slice(0, 5) : time;
}

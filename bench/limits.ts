import type { ContenderId, FunctionName } from './contenders.ts';
import type { Measurement } from './measure.ts';
import { compareRounds, median } from './statistics.ts';

export interface Verdict {
  readonly limit: string;
  readonly found: string;
  readonly passed: boolean;
}

/** As in `scripts/check-bundle-sizes.ts`. */
const MAX_KB = 72;
/** `clean` cold, against the bare handler and against both SDKs. */
const CLEAN_TO_BARE = 1.3;
const CLEAN_TO_SDKS = 0.25;
const RECEIVE_TO_BARE = 1.5;
const SECOND_EXTRA_MS = 2;

/** Holds what was measured against what is promised. */
export function judge(measurements: readonly Measurement[]): Verdict[] {
  const names = [...new Set(measurements.map((measurement) => measurement.function))];
  return names.flatMap((name) => {
    const find = (id: ContenderId) => findMeasurement(measurements, name, id);
    const ours = find('ours');
    const bare = find('bare');
    const ratios =
      name === 'clean'
        ? [
            compareCold(ours, bare, CLEAN_TO_BARE, 'first deletion'),
            compareCold(ours, find('both-sdks'), CLEAN_TO_SDKS, 'first deletion'),
          ]
        : [compareCold(ours, bare, RECEIVE_TO_BARE, 'first 202')];
    return [...ratios, compareSecond(ours, bare), judgeSize(ours)];
  });
}

function findMeasurement(all: readonly Measurement[], name: FunctionName, id: ContenderId): Measurement {
  const found = all.find(({ function: each, contender }) => each === name && contender.id === id);
  if (found === undefined) throw new Error(`${id} was not measured for ${name}`);
  return found;
}

function compareCold(ours: Measurement, other: Measurement, most: number, what: string): Verdict {
  const ratio = median(compareRounds(ours.coldMs, other.coldMs, (a, b) => a / b));
  return {
    limit: `${ours.function}: ${what}, cold, at most ${most} x ${other.contender.label}`,
    found: `${ratio.toFixed(2)} x`,
    passed: ratio <= most,
  };
}

function compareSecond(ours: Measurement, bare: Measurement): Verdict {
  const extraMs = median(compareRounds(ours.secondMs, bare.secondMs, (a, b) => a - b));
  return {
    limit: `${ours.function}: second invocation at most ${SECOND_EXTRA_MS} ms more than ${bare.contender.label}`,
    found: `${extraMs >= 0 ? '+' : ''}${extraMs.toFixed(2)} ms`,
    passed: extraMs <= SECOND_EXTRA_MS,
  };
}

function judgeSize({ function: name, bytes }: Measurement): Verdict {
  return {
    limit: `${name}: bundle at most ${MAX_KB} KB minified`,
    found: `${(bytes / 1024).toFixed(1)} KB`,
    passed: bytes <= MAX_KB * 1024,
  };
}

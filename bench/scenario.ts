import { type Command, InvalidArgumentError } from 'commander';
import type { Report } from './report.ts';

/** A command of the bench. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Adds the scenario's own options to its command. */
  addOptions(command: Command): void;
  run(options: object, report: Report): Promise<void>;
}

/** Parser of an option: a whole number from 1 to 999,999 that is a multiple of `step`. */
export function wholeNumber(step = 1): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,5}$/.test(text) && Number(text) % step === 0) return Number(text);
    throw new InvalidArgumentError(`Expected a whole number up to 999999, in steps of ${step}.`);
  };
}

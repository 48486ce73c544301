import { UsageError } from '../../command-line/options.ts';

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const STEPS = ['major', 'minor', 'patch'];

/**
 * The version to release.
 *
 * @param wanted `major`, `minor` or `patch`, or the version itself.
 * @throws {UsageError} if it is none, or not a later one.
 */
export function nextVersion(current: string, wanted: string): string {
  const from = readVersion(current);
  if (from === undefined) throw new UsageError(`package.json: expected a version X.Y.Z, found "${current}"`);
  const step = STEPS.indexOf(wanted);
  if (step !== -1) {
    return from.map((part, index) => (index < step ? part : index === step ? part + 1 : 0)).join('.');
  }
  const to = readVersion(wanted);
  if (to === undefined) {
    throw new UsageError(`expected patch, minor, major or a version X.Y.Z, found "${wanted}"`);
  }
  const difference = to.map((part, index) => part - (from[index] ?? 0)).find((each) => each !== 0) ?? 0;
  if (difference <= 0) throw new UsageError(`${wanted} is not later than ${current}, which is there already`);
  return wanted;
}

function readVersion(text: string): readonly number[] | undefined {
  return VERSION.exec(text)?.slice(1).map(Number);
}

/**
 * A `package.json` or its lock file with another version of the project, and not a character else.
 *
 * @throws {Error} if the file is not formatted as npm does it.
 */
export function setVersion(text: string, version: string): string {
  // By npm's indentation: the first is the project's own, the second its entry among the packages of the lock file.
  const changed = text
    .replace(/^( {2}"version": ")[^"]*/m, `$1${version}`)
    .replace(/^( {4}"": \{\n(?: {6}"name": .*\n)? {6}"version": ")[^"]*/m, `$1${version}`);
  if (changed.includes(`\n  "version": "${version}"`)) return changed;
  throw new Error('The version was not found where npm writes it: format the file as npm does.');
}

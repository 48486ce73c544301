import { createInterface } from 'node:readline/promises';
import { UsageError } from '../command-line/options.ts';

export interface ConfirmOptions {
  /** Confirmed already, with `--yes`. */
  readonly yes: boolean;
  readonly input?: (NodeJS.ReadableStream & { readonly isTTY?: boolean }) | undefined;
  readonly output?: NodeJS.WritableStream;
}

/**
 * Asks a person to type a word before something is lost.
 *
 * @param what is about to happen; shown above the question.
 * @throws {UsageError} if another word is typed, or there is no terminal to ask on.
 */
export async function confirm(
  what: string,
  word: string,
  { yes, input = process.stdin, output = process.stderr }: ConfirmOptions,
): Promise<void> {
  output.write(`${what}\n`);
  if (yes) return;
  if (input.isTTY !== true)
    throw new UsageError(
      'There is no terminal to ask on, so nothing was changed: repeat with --yes to confirm.',
    );
  const prompt = createInterface({ input, output, terminal: true });
  // The prompt takes Ctrl-C for itself.
  const closed = new AbortController();
  prompt.on('close', () => closed.abort());
  try {
    const answer = await prompt.question(`Type "${word}" to confirm: `, { signal: closed.signal });
    if (answer.trim() === word) return;
  } catch (error) {
    if (!closed.signal.aborted) throw error;
  } finally {
    prompt.close();
  }
  throw new UsageError('Not confirmed: nothing was changed.');
}

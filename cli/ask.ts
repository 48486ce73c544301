import { createInterface } from 'node:readline/promises';
import { UsageError } from '../command-line/options.ts';
import type { Interruption } from './interruption.ts';

export interface AskOptions {
  /** Do not ask: the answer was given beforehand. */
  readonly yes: boolean;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
  readonly interruption: Interruption;
}

/**
 * Asks before something is changed.
 *
 * @param preview what it is about, for whoever is asked.
 * @throws {UsageError} unless the answer is yes, or if there is nobody to ask.
 */
export async function ask(
  question: string,
  preview: string,
  { yes, input, output, interruption }: AskOptions,
): Promise<void> {
  if (yes) return;
  if (input.isTTY !== true)
    throw new UsageError(`${question} There is no terminal to ask on: repeat it with --yes if so.`);
  output.write(`${preview}\n`);
  const prompt = createInterface({ input, output, terminal: true });
  const closed = new AbortController();
  const signal = AbortSignal.any([closed.signal, interruption.signal]);
  prompt.on('close', () => closed.abort());
  // The prompt takes Ctrl-C for itself.
  prompt.on('SIGINT', () => interruption.interrupt());
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal });
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!signal.aborted) throw error;
    output.write('\n');
  } finally {
    prompt.close();
  }
  throw new UsageError('Nothing was changed.');
}

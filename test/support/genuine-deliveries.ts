import { readConfig } from '../../command-line/read-config.ts';
import { CONFIG_FILE } from '../../e2e/forge/receiver.ts';
import { createSenders, type ForgeSender } from '../../e2e/forge/senders.ts';
import { gitHubExamples } from './github-examples.ts';

/** Signed time of every delivery. */
export const SENT_AT = Date.now();

/** Delivery of a sender, signed with the secret of its source. */
export interface GenuineDelivery {
  /** For messages: the file, or the event. */
  readonly name: string;
  readonly source: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const { sources } = await readConfig('forge', CONFIG_FILE);

/** Sources of every type, with their senders. */
export const senders = createSenders(sources, 1).map((sender) => ({ ...sources[sender.source], ...sender }));

/** Every recorded delivery, and GitHub's own examples. */
export const genuineDeliveries: readonly GenuineDelivery[] = senders.flatMap((sender) => [
  ...sender.samples
    .filter(({ name }) => !name.includes('example'))
    .map((sample) => signSample(sender, sample)),
  ...(sender.type === 'github' ? gitHubExamples : []).map(({ event, body }, index) => {
    const id = `d-${index}`;
    const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': id };
    return signSample(sender, { name: `example of ${event}`, headers, body: JSON.stringify(body) });
  }),
]);

function signSample(sender: ForgeSender, sample: ForgeSender['samples'][number]): GenuineDelivery {
  const { headers, body } = sender.sign(sample, sample.body, `msg_${sample.name}`);
  return { name: sample.name, source: sender.source, headers, body: body.toString() };
}

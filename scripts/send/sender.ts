import type { SourceType } from '../../lib/sources/index.ts';

/** Those whose proof can be made here: a topic's messages are signed with a key that only its cloud has. */
export type SendableType = Exclude<SourceType, 'aws-sns' | 'huawei-smn'>;

/** `ping` stands for the harmless event of a sender, whatever it is called there. */
export const SAMPLE_EVENTS = ['deletion', 'ping'] as const;
export type SampleEvent = (typeof SAMPLE_EVENTS)[number];

/** What a sample tells. */
export interface Facts {
  readonly event: SampleEvent;
  /** Its full name at the sender, or NAMESPACE/REPOSITORY in SWR where the sender names that. */
  readonly repository: string;
  /** Of the delivery. */
  readonly id: string;
  readonly at: Date;
}

/** What a sender writes, without what proves it. */
export interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Proof {
  /** The headers that prove a content, made with the key that the source parses from its secret. */
  prove(content: Content, key: Buffer): Record<string, string>;
  /** The same headers as they may be shown: with nothing of the secret, nor of what was made with it. */
  readonly shown: readonly string[];
}

/** One kind of sender: what it writes, and how it proves that. */
export interface Sender {
  write(facts: Facts): Content;
  readonly proof: Proof;
  /** After which it takes a delivery for failed. Missing where its documentation says nothing. */
  readonly givesUpAfterMs?: number;
}

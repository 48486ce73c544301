import type { Target } from '../../../lib/huaweicloud/names.ts';

export interface CaseTask extends Target {
  readonly namespace: string;
  readonly repository: string;
  readonly createdAt: string;
  /** SWR doesn't list it. */
  readonly hidden?: boolean;
  /** How it has to be in the end. */
  readonly expected: 'deleted' | 'kept';
}

/** What a cleanup request is about. */
export interface Subject {
  readonly namespace: string;
  readonly repository?: string;
  readonly targets?: readonly Target[];
}

export type Image = Required<Omit<Subject, 'targets'>>;

export const WAYS = ['github', 'standard-webhooks', 'bus', 'ecr', 'queue'] as const;

/** The content of an event, without its signature: that is made anew each time, as a sender does it. */
export type EventContent =
  | {
      readonly to: 'github' | 'standard-webhooks';
      /** The sender's own id. */
      readonly deliveryId: string;
      readonly body: string;
      /** Signed with a key that is not the source's, or signed long ago. */
      readonly flaw?: 'forged' | 'stale';
    }
  | { readonly to: 'bus'; readonly source: string; readonly type: string; readonly detail: object }
  | { readonly to: 'queue'; readonly body: string };

/** One event, which may be delivered several times. */
export interface SoakEvent<C extends EventContent = EventContent> {
  /** Of its requests. */
  readonly id: string;
  /** By which it comes in. */
  readonly way: (typeof WAYS)[number];
  readonly content: C;
  /** What `receive` has to answer; missing where nobody answers. */
  readonly status?: 200 | 202 | 401 | 422;
  /** Each has to be in the ledger afterwards, or in the dead-letter queue. */
  readonly requests: readonly Subject[];
  /** The code with which it has to be in the dead-letter queue. */
  readonly deadLetteredAs?: string;
  /** It asks for more than one request may delete, so it has to be dead-lettered in any case. */
  readonly tooLarge?: true;
}

/** Some tasks with the events about them, and how the tasks have to be afterwards. */
export interface SoakCase {
  readonly kind: string;
  readonly repositories: readonly Image[];
  readonly tasks: readonly CaseTask[];
  readonly events: readonly SoakEvent[];
  /** Once the first event is done, its repository exists again with these tasks, and the event is delivered once more. */
  readonly recreated?: readonly Omit<CaseTask, 'createdAt'>[];
}

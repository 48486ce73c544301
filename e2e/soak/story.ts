import type { Target } from '../../lib/huaweicloud/names.ts';

/** Whether a task has to be gone in the end. */
export type Fate = 'goes' | 'stays';

export interface PlannedTask extends Target {
  readonly namespace: string;
  readonly repository: string;
  readonly createdAt: string;
  /** SWR doesn't list it. */
  readonly hidden?: boolean;
  readonly fate: Fate;
}

/** What a cleanup request is about. */
export interface Subject {
  readonly namespace: string;
  readonly repository?: string;
  readonly targets?: readonly Target[];
}

export const WAYS = ['github', 'standard-webhooks', 'bus', 'ecr', 'queue'] as const;
/** By which an event comes in. */
export type Way = (typeof WAYS)[number];

/** What is sent, without what proves it: that is made anew each time, as a sender does it. */
export type Message =
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
export interface Delivery {
  /** Of its requests. */
  readonly id: string;
  readonly way: Way;
  readonly message: Message;
  /** What `receive` has to answer; missing where nobody answers. */
  readonly status?: 200 | 202 | 401 | 422;
  /** Each has to be on record afterwards, or in the dead-letter queue. */
  readonly requests: readonly Subject[];
  /** It has to be in the dead-letter queue with this code. */
  readonly parkedAs?: string;
  /** It asks for more than one request may delete, so it has to be in the dead-letter queue, whatever it has met before. */
  readonly tooLarge?: true;
}

/** A piece of the world with the events about it, and how it has to be afterwards. */
export interface Story {
  readonly kind: string;
  readonly repositories: readonly Required<Omit<Subject, 'targets'>>[];
  readonly tasks: readonly PlannedTask[];
  readonly deliveries: readonly Delivery[];
  /** Once the first delivery is done, its repository is there again with these tasks, and the delivery comes once more. */
  readonly anew?: readonly Omit<PlannedTask, 'createdAt'>[];
}

import { createHash } from 'node:crypto';

/** What the schema of a request takes, so that a request can be sent on under its id. */
const MAX_LENGTH = 256;
/** `receive`, `sweep` and the channels below give such ids. */
const GIVEN = /^(?:(?:webhook|bus|sns|invoke|queue):|sweep-)./s;

/** The ways by which a delivery comes to `clean` itself. */
type Channel = 'bus' | 'sns' | 'invoke' | 'queue';

/**
 * Id of a delivery, under which the ledger keeps everything that it leads to. Each channel has its own prefix, so that no
 * sender can touch what came another way.
 *
 * @param own as the sender or AWS calls the delivery.
 */
export function idIn(channel: Channel, own: string): string {
  const id = `${channel}:${own}`;
  if (id.length <= MAX_LENGTH) return id;
  return `${channel}:${createHash('sha256').update(JSON.stringify(own)).digest('hex')}`;
}

/** Whether an id has been given by this service already. */
export function isGivenId(id: string): boolean {
  return GIVEN.test(id);
}

/** Ids that may be meant by one that a person has, as senders and AWS show it. */
export function idsMeantBy(id: string): string[] {
  const channels: Channel[] = ['bus', 'sns', 'invoke', 'queue'];
  return isGivenId(id) ? [id] : [id, ...channels.map((channel) => idIn(channel, id))];
}

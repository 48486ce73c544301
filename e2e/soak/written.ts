import * as v from 'valibot';
import { keyText } from './verdict/evidence.ts';

const updateSchema = v.object({
  Key: v.object({ pk: v.object({ S: v.string() }), sk: v.object({ S: v.string() }) }),
});

/** When each entry of the ledger was there, by its key. */
export class Written {
  readonly at = new Map<string, number>();

  /** @param body of an `UpdateItem` that DynamoDB has carried out. */
  take(body: string): void {
    const { Key } = v.parse(updateSchema, JSON.parse(body));
    const key = keyText({ pk: Key.pk.S, sk: Key.sk.S });
    if (!this.at.has(key)) this.at.set(key, Date.now());
  }
}

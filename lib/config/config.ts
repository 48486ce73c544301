import type * as v from 'valibot';
import type { Safety } from '../cleanup/decide.ts';
import type { Account } from '../huaweicloud/accounts.ts';
import type { Route } from '../routing/route.ts';
import type { SourceConfig } from '../sources/index.ts';
import type { fileSchema } from './schema.ts';

type File = v.InferOutput<typeof fileSchema>;

/** Configuration of a stage: the contents of `config/<stage>.yml`, validated and with every default. */
export interface Config {
  readonly stage: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly defaultAccount: string;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  /** The first one that fits wins. */
  readonly routes: readonly Route[];
  readonly safety: Safety;
  readonly sweep: File['sweep'];
  readonly kmsKey?: string;
  readonly ledger: File['ledger'];
  readonly events: File['events'];
}

import * as v from 'valibot';
import { type Fault, show } from '../faults.ts';
import { builtInSources } from '../sources/built-in.ts';
import { isSourceType, sources } from '../sources/index.ts';
import type { Source } from '../sources/source.ts';

const sourcesSchema = v.object({ sources: v.fallback(v.record(v.string(), v.unknown()), {}) });
const sourceSchema = v.object({
  type: v.unknown(),
  secret: v.optional(v.unknown()),
  topics: v.optional(v.unknown()),
  api: v.optional(v.unknown()),
  confirm: v.optional(v.unknown()),
});

/** What does not fit together in the sources of a file, whatever else may be wrong with it. */
export function faultsOfSources(contents: unknown): Fault[] {
  const parsed = v.safeParse(sourcesSchema, contents);
  return parsed.success ? Object.entries(parsed.output.sources).flatMap(faultsOfSource) : [];
}

function faultsOfSource([name, candidate]: [string, unknown]): Fault[] {
  const path = `sources.${name}`;
  if (builtInSources.includes(name)) {
    return [{ path, found: show(name), expected: `another name: ${name} is built in` }];
  }
  const parsed = v.safeParse(sourceSchema, candidate);
  if (!parsed.success || !isSourceType(parsed.output.type)) return [];
  const { type, secret, topics, api, confirm } = parsed.output;
  const source: Source = sources[type];
  const faults: Fault[] = [];
  const add = (key: string, found: unknown, expected: string) => {
    faults.push({ path: `${path}.${key}`, found: show(found), expected });
  };
  const provedBySecret = source.provedBy === 'secret';
  if (provedBySecret && secret === undefined) add('secret', secret, 'a value');
  if (!provedBySecret && secret !== undefined) add('secret', secret, `no such key: ${type} needs none`);
  if (provedBySecret && topics !== undefined) add('topics', topics, `no such key: ${type} has a secret`);
  if (!provedBySecret && topics === undefined)
    add('topics', topics, 'the topics whose messages are believed');
  if (api !== undefined && source.findRepository === undefined)
    add('api', api, `no such key: ${type} can not be asked`);
  if (confirm === true && api === undefined) add('confirm', confirm, 'false, or an api to ask');
  return faults;
}

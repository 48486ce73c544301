import * as v from 'valibot';
import type { Issue } from '../issues.ts';

const sourcesSchema = v.object({
  sources: v.record(
    v.string(),
    v.fallback(
      v.object({
        secret: v.fallback(v.optional(v.string()), undefined),
        topics: v.fallback(v.array(v.unknown()), []),
      }),
      { topics: [] },
    ),
  ),
});

/**
 * Issues of secrets and topics that two sources of a file have in common: a delivery to one would be one to the other as well.
 * References are compared here; `receive` compares what they hold.
 */
export function validateSharing(contents: unknown): Issue[] {
  const parsed = v.safeParse(sourcesSchema, contents);
  if (!parsed.success) return [];
  const owners = new Map<unknown, string>();
  const issues: Issue[] = [];
  const check = (source: string, key: string, value: unknown, expected: string) => {
    const owner = owners.get(value) ?? source;
    owners.set(value, owner);
    const path = `sources.${source}.${key}`;
    // What is written there may be a secret itself, and is not shown.
    if (owner !== source) issues.push({ path, found: `the same as in sources.${owner}`, expected });
  };
  for (const [source, { secret, topics }] of Object.entries(parsed.output.sources)) {
    if (secret !== undefined) check(source, 'secret', secret, 'a secret of its own');
    for (const [index, topic] of topics.entries())
      check(source, `topics[${index}]`, topic, 'a topic that no other source lists');
  }
  return issues;
}

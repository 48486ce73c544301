import { createRequire } from 'node:module';
import * as v from 'valibot';

const require = createRequire(import.meta.url);
const schema = v.array(v.object({ name: v.string(), examples: v.array(v.looseObject({})) }));

/** GitHub's own examples of every event, of each version of its Enterprise Server too. */
export const gitHubExamples: readonly { readonly event: string; readonly body: object }[] = [
  require('@octokit/webhooks-examples/api.github.com/index.json'),
  require('@octokit/webhooks-examples/ghes-31/index.json'),
  require('@octokit/webhooks-examples/ghes-32/index.json'),
  require('@octokit/webhooks-examples/ghes-33/index.json'),
  require('@octokit/webhooks-examples/ghes-34/index.json'),
  require('@octokit/webhooks-examples/ghes-35/index.json'),
].flatMap((version) =>
  v.parse(schema, version).flatMap(({ name, examples }) => examples.map((body) => ({ event: name, body }))),
);

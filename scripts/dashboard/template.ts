import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { ROOT } from '../../command-line/options.ts';

const parameters = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));
const templateSchema = v.object({
  service: v.string(),
  params: v.record(v.string(), parameters),
  resources: v.object({
    Resources: v.record(v.string(), v.object({ Type: v.string(), Properties: v.optional(v.unknown()) })),
  }),
});

/** The resources of one type in `serverless.yml`, with what it leaves to a stage filled in. */
export async function readResources(type: string, stage: string): Promise<Map<string, unknown>> {
  const text = await readFile(join(ROOT, 'serverless.yml'), 'utf8');
  // CloudFormation's own tags (`!Sub` and so on) are of no interest here.
  const { service, params, resources } = v.parse(templateSchema, parse(text, { logLevel: 'silent' }));
  const own = { ...params['default'], ...params[stage] };
  const fillIn = (value: string) =>
    value
      .replaceAll('${self:custom.name}', `${service}-${stage}`)
      .replaceAll('${sls:stage}', stage)
      .replaceAll(/\$\{param:(\w+)\}/g, (whole, name: string) => String(own[name] ?? whole));
  const found = Object.entries(resources.Resources).filter(([, { Type }]) => Type === type);
  return new Map(found.map(([name, { Properties }]) => [name, mapTexts(Properties, fillIn)]));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
}

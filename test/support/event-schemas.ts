import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import * as v from 'valibot';

const FOLDER = join(import.meta.dirname, '../../docs/events');

const schemaSchema = v.looseObject({ title: v.string(), $defs: v.record(v.string(), v.unknown()) });

/** The documented schemas, by the detail-type that each is of. */
export const eventSchemas: ReadonlyMap<string, v.InferOutput<typeof schemaSchema>> = new Map(
  globSync('*.schema.json', { cwd: FOLDER })
    .map((file) => v.parse(schemaSchema, JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))))
    .map((schema) => [schema.title, schema]),
);

// Without the schema of schemas, which takes longest to compile.
const ajv = new Ajv2020({ allErrors: true, meta: false, validateSchema: false });
const validators = new Map<string, ValidateFunction>();

/** Violations of the schema of an event, unknown parts included. */
export function faultsOfEvent(type: string, detail: unknown): readonly string[] {
  const schema = eventSchemas.get(type);
  if (schema === undefined) return [`docs/events has no schema of ${type}`];
  const validate = validators.get(type) ?? ajv.compile(closed(schema));
  validators.set(type, validate);
  if (validate(detail)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** The schema without unknown parts. */
function closed(schema: object): AnySchemaObject {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  );
}

import { readFile } from 'node:fs/promises';
import cloudformationValidate from '@aws/cloudformation-validate';

type Finding = { severity: string; rule: string; resource: string; message: string };

export type TemplateReport = { resources: number; errors: Finding[]; warnings: Finding[] };

/** Checks a CloudFormation template offline, against the schemas of every resource in it. */
export async function checkTemplate(file: string): Promise<TemplateReport> {
  const engine = new cloudformationValidate.CelEngine();
  try {
    const { diagnostics } = engine.validateStandard(new cloudformationValidate.TemplateFile(file), {
      severityLevel: 'WARN',
      // A DependsOn where a reference would do: osls writes those, and they do no harm.
      exclude: { ids: ['W3005'] },
    });
    const findings = diagnostics.map(({ severity, ruleId, entity, message }) => ({
      severity,
      rule: ruleId,
      resource: entity?.logicalId ?? 'template',
      message,
    }));
    return {
      resources: countResources(await readFile(file, 'utf8')),
      errors: findings.filter(({ severity }) => severity !== 'WARN'),
      warnings: findings.filter(({ severity }) => severity === 'WARN'),
    };
  } finally {
    // Its memory is outside the heap.
    engine.free();
  }
}

function countResources(template: string): number {
  const parsed: unknown = JSON.parse(template);
  if (typeof parsed !== 'object' || parsed === null || !('Resources' in parsed)) return 0;
  return Object.keys(parsed.Resources ?? {}).length;
}

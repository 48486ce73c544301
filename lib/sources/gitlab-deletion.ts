import * as v from 'valibot';
import { toIssues } from '../issues.ts';
import { PROJECT_PATH } from './find-repository.ts';
import type { SourceEvent } from './source-event.ts';

const GROUP_PATH = /^[^/\s]+(?:\/[^/\s]+)*$/;
const pathSchema = (form: RegExp, expected: string) =>
  v.pipe(v.string(), v.maxLength(1000, 'at most 1000 characters'), v.regex(form, expected));

const projectSchema = v.object({
  path_with_namespace: pathSchema(PROJECT_PATH, 'GROUP/PROJECT'),
  project_id: v.optional(v.number()),
});
const groupSchema = v.object({ full_path: pathSchema(GROUP_PATH, 'GROUP or GROUP/SUBGROUP') });

/** What a destroyed project means. */
export function interpretProject(body: unknown, occurredAt: string): SourceEvent {
  const project = v.safeParse(projectSchema, body);
  if (!project.success) return { type: 'unreadable', issues: toIssues(project.issues) };
  const { path_with_namespace: path, project_id: projectId } = project.output;
  const repository = undoRenaming(path, projectId);
  return repository === path
    ? { type: 'deleted', repository, occurredAt }
    : // Its name has been free since the renaming, and may be another project's by now.
      { type: 'deleted', repository, occurredAt, ambiguous: true };
}

/**
 * The path that a project had before its deletion was scheduled: GitLab then renames it, or the group that it is in,
 * and destroys it days later under the new name.
 */
function undoRenaming(path: string, projectId: number | undefined): string {
  return path
    .replace(/(?<=[^/])-(?:deletion_scheduled|deleted)-(\d+)$/, (suffix, id) =>
      Number(id) === projectId ? '' : suffix,
    )
    .replaceAll(/(?<=[^/])-deletion_scheduled-\d+(?=\/)/g, '');
}

/** What a destroyed group means. */
export function interpretGroup(body: unknown, occurredAt: string): SourceEvent {
  const group = v.safeParse(groupSchema, body);
  if (!group.success) return { type: 'unreadable', issues: toIssues(group.issues) };
  const organization = group.output.full_path;
  if (/-deletion_scheduled-\d+(?:\/|$)/.test(organization)) {
    const reason = `group ${organization} was renamed before it was deleted, and another may have its name by now`;
    return { type: 'ignored', reason };
  }
  return { type: 'organization-deleted', organization, occurredAt };
}

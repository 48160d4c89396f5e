import type { FieldReader } from '../definitions/read-field.ts';
import type { ObjectDraft } from '../definitions/read-object.ts';
import { overlayPart } from '../part.ts';
import type { CollectedPhases } from '../plugin-phases.ts';
import { inlineDocument } from '../source-document.ts';
import { writtenObject } from './written-object.ts';

/** Gives a tenant-aware object the lookup to its organization. */
export function withOrganization(draft: ObjectDraft, provider: CollectedPhases['organizationOf'], fields: FieldReader): ObjectDraft {
  const { name, part } = draft;
  const field = part.value['abstract'] === true ? undefined : provider?.of(writtenObject(draft));
  if (!provider || !field) return draft;
  const read = fields.read(field.definition, { document: inlineDocument(provider.origin, field.definition), path: [] }, `${name}.${field.name}`);
  const own = draft.fields.get(field.name);
  if (read && own) overlayPart(own, read, ['required', 'readonly']);
  else if (read) draft.fields.set(field.name, read);
  return { ...draft, organization: field };
}

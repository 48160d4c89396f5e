import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { ValueProblem } from '../../../metadata/field-type.ts';
import { storedValue } from '../../../metadata/field-types/stored-file.ts';
import type { Change, MutationContext, MutationPhase, ReportedProblem } from '../../../resolvers/write/phase.ts';
import { isOwnAddress } from '../download/address.ts';
import { findFiles, type FileRow } from '../store.ts';
import { fileFields, filesIn, setting, type FileValue } from './file-fields.ts';

/** Completes what writes say of files by their ids, and finds what is wrong with it. Whether the caller gets the file is decided by the statement itself, so no transaction is needed. */
export function checkValues(object: CatalogObject): Pick<MutationPhase, 'kinds' | 'pure' | 'before' | 'validate'> | undefined {
  const fields = fileFields(object);
  if (fields.length === 0) return undefined;
  const problems = new WeakMap<Change, readonly ReportedProblem[]>();
  return {
    kinds: ['create', 'update'],
    pure: true,
    async before(changes, context) {
      const named = changes.flatMap(({ values }) => fields.flatMap(({ name }) => filesIn(values[name]).flatMap(({ id, mimeType }) => (id !== undefined && mimeType === undefined ? [id] : []))));
      const rows = named.length === 0 ? new Map<string, FileRow>() : await findFiles([...new Set(named)], context.database);
      for (const change of changes) {
        const found = fields.filter(({ name }) => name in change.values).flatMap((field) => checkField(change, field, rows, context));
        problems.set(change, found);
      }
    },
    validate(changes, _context, report) {
      for (const change of changes) for (const problem of problems.get(change) ?? []) report(change, problem);
    },
  };
}

function checkField(change: Change, field: CatalogField, rows: ReadonlyMap<string, FileRow>, context: MutationContext): readonly ReportedProblem[] {
  const value = change.values[field.name];
  const before = filesIn(change.previous?.[field.name]);
  const problems: ReportedProblem[] = [];
  const files = filesIn(value).map((file, index): FileValue => {
    const found = complete(file, before, change, field, rows, context);
    if (!('problem' in found)) return found.value;
    const { code, message, path = [] } = found.problem;
    problems.push({ field: field.name, at: [...(field.multiple ? [index] : []), ...path], code, message });
    return file;
  });
  if (value !== null && value !== undefined) change.values[field.name] = field.multiple ? files : files[0];
  return problems.length > 0 ? problems : changeProblems(field, before, files);
}

type Completed = { readonly value: FileValue } | { readonly problem: ValueProblem };

function complete(file: FileValue, before: readonly FileValue[], change: Change, field: CatalogField, rows: ReadonlyMap<string, FileRow>, { caller }: MutationContext): Completed {
  const { id, url, name, mimeType } = file;
  if (id === undefined) return url !== undefined && isOwnAddress(url) ? { problem: { path: ['url'], code: 'NOT_ALLOWED', message: 'This address is made for reading and ends; name the file by its id.' } } : { value: file };
  if (mimeType !== undefined) return { value: file };
  const kept = before.find((other) => other.id === id);
  if (kept) return { value: name === undefined ? kept : { ...kept, name } };
  const row = rows.get(id);
  const isOwn = row?.recordId === change.id && row.object === change.object;
  const isTheirs = row !== undefined && row.recordId === undefined && (caller.kind === 'system' || row.uploadedBy === caller.userId);
  if (!row || !(isOwn || isTheirs)) return { problem: { path: ['id'], code: 'NOT_FOUND', message: 'There is no such file, or it is not yours to give, or another record has it. Upload it again.' } };
  return storedValue(row, name, field) as Completed;
}

/** A field may keep what it has. */
function changeProblems(field: CatalogField, before: readonly FileValue[], after: readonly FileValue[]): readonly ReportedProblem[] {
  const keyOf = ({ id, url }: FileValue): string => id ?? url ?? '';
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  if ([...old].every((key) => now.has(key))) return [];
  const replaces = [...now].some((key) => !old.has(key));
  if (replaces && setting(field, 'allowReplace') === false) return [{ field: field.name, code: 'READ_ONLY', message: `${field.label} cannot be replaced.` }];
  if (!replaces && setting(field, 'allowDelete') === false) return [{ field: field.name, code: 'READ_ONLY', message: `${field.label} cannot be taken away.` }];
  return [];
}

import { isRecord } from '../../../metadata/field-types/definition.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { compileAssignment, compileAssignments, type Assignment, type AssignmentSource } from './assignment.ts';

const setters: ReadonlySet<string> = new Set(['assign', 'update_field', 'field_update', 'fieldUpdate', 'updateField', 'set_field', 'update_record', 'updateRecord']);
const elsewhere = 'Only fields of the record are set here: { assign: { field: value } }. Mails, calls and other records belong into an automation.';

/** Actions of a state machine or hook, one or a list: `{ assign: {…} }`, `{ type: field_update, field, value }`, `{ type: update_record, params: { fields } }`. */
export function compileActions(given: unknown, path: Path, source: AssignmentSource): readonly Assignment[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return compileAction(given, path, source);
  return (given as readonly unknown[]).flatMap((action, index) => compileAction(action, [...path, index], source));
}

function compileAction(given: unknown, path: Path, source: AssignmentSource): readonly Assignment[] {
  if (!isRecord(given)) return refuse(String(given), path, source);
  if (given['assign'] !== undefined) return compileAssignments(given['assign'], [...path, 'assign'], source);
  const name = given['type'] ?? given['action'] ?? given['name'];
  if (typeof name !== 'string' || !setters.has(name)) return refuse(typeof name === 'string' ? name : Object.keys(given).join(', '), path, source);
  const [params, at] = isRecord(given['params']) ? [given['params'], [...path, 'params']] : [given, path];
  for (const key of ['object', 'objectName', 'recordId', 'id']) {
    if (params[key] === undefined) continue;
    source.mistake([...at, key], 'an action here sets fields of the record that is written, and of no other', elsewhere);
    return [];
  }
  if (typeof params['field'] === 'string') {
    const set = compileAssignment(params['field'], params['value'] ?? params['formula'] ?? null, [...at, 'value' in params ? 'value' : 'field'], source);
    return set ? [set] : [];
  }
  for (const key of ['fields', 'values']) if (params[key] !== undefined) return compileAssignments(params[key], [...at, key], source);
  const { type: _type, action: _action, name: _name, ...fields } = params;
  return compileAssignments(fields, at, source);
}

function refuse(name: string, path: Path, { mistake }: AssignmentSource): readonly Assignment[] {
  mistake(path, `nothing runs the action "${name}" in the write`, elsewhere);
  return [];
}

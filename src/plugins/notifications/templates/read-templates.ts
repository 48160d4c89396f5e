import * as z from 'zod';
import { compileLiquid, LiquidProblem, type LiquidTemplate } from '../../../kernel/liquid.ts';
import { templateKind } from '../../../kernel/notifications.ts';
import { DefinitionError, type Diagnostic } from '../../../metadata/diagnostic.ts';
import { Reader, type Report } from '../../../metadata/definitions/reader.ts';
import type { DefinitionInput, FileKind, KindDocuments } from '../../../metadata/phase.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { compileMarkdown } from './markdown.ts';
import { variableTypes, type Template, type Variable } from './template.ts';

export const templateFiles: FileKind = {
  suffix: templateKind,
  description: 'Templates of messages to people.',
  schema: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]),
};

/** Templates by name, one for each language. */
export type Templates = ReadonlyMap<string, readonly Template[]>;

/** Beside the variables of a template. */
const given = ['recipient', 'app'] as const;

/** Active templates of files, and of those given in code, whose problems are thrown since no file holds them. */
export function readTemplates(documents: KindDocuments, inCode: readonly DefinitionInput[], usualLocale: string): Templates {
  const templates = new Map<string, Template[]>();
  const add = (item: unknown, path: Path, report: Report): void => {
    const name = (item as { readonly name?: unknown } | null)?.name;
    const reader = new Reader(item, path, typeof name === 'string' ? name : templateKind, report);
    const template = readTemplate(reader, usualLocale);
    if (!template) return;
    const others = templates.get(template.name) ?? [];
    if (others.some(({ locale }) => locale.toLowerCase() === template.locale.toLowerCase())) reader.error(['name'], `there are two templates "${template.name}" in ${template.locale}`, 'Rename one, or give it another locale.');
    templates.set(template.name, [...others, template]);
  };
  for (const { value, report } of documents.get(templateKind) ?? []) {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add(item, [index], report);
    else add(value, [], report);
  }
  const problems: Diagnostic[] = [];
  for (const item of inCode) add(item, [], (severity, _path, subject, message, hint) => problems.push({ severity, file: 'definitions of templates', line: undefined, column: undefined, subject, message, hint }));
  if (problems.some(({ severity }) => severity === 'error')) throw new DefinitionError(problems);
  return templates;
}

function readTemplate(reader: Reader, usualLocale: string): Template | undefined {
  const name = reader.required('name');
  reader.skip('label', 'description');
  const topic = reader.text('category', 'topic') ?? name;
  const locale = reader.text('locale', 'language') ?? usualLocale;
  if (!isLocale(locale)) reader.error(['locale'], `"${locale}" is no language tag`, 'Such as en, de-AT.');
  const variables = readVariables(reader);
  const names = variables.length === 0 ? undefined : [...variables.map((variable) => variable.name), ...given];
  const liquid = (from: Reader, html: boolean, ...keys: readonly string[]): LiquidTemplate | undefined => {
    const text = from.text(...keys);
    if (text === undefined) return undefined;
    try {
      return compileLiquid(text, { names, html });
    } catch (error) {
      if (!(error instanceof LiquidProblem)) throw error;
      from.error([from.keyOf(...keys) ?? ''], error.message, names && 'Variables are declared with variables: [{ name: deal, type: object }].');
      return undefined;
    }
  };
  const part = <T>(read: (own: Reader) => T, ...keys: readonly string[]): T | undefined => {
    const found = reader.raw(...keys);
    if (!found) return undefined;
    const own = new Reader(found.value, [...reader.path, found.key], reader.subject, reader.report);
    const value = read(own);
    own.end();
    return value;
  };
  const need = (own: Reader, value: LiquidTemplate | undefined, key: string): LiquidTemplate => {
    if (!value && own.keyOf(key) === undefined) own.error([], `"${key}" is missing`);
    return value ?? compileLiquid('');
  };
  const subject = liquid(reader, false, 'subject', 'title');
  const bodyType = reader.oneOf({ html: 'html', text: 'text', markdown: 'markdown' }, 'bodyType') ?? 'html';
  const body = liquid(reader, bodyType === 'html', 'body');
  const rendered = bodyType === 'markdown' && body ? compileMarkdown(reader.text('body') ?? '', { names }) : undefined;
  const html = liquid(reader, true, 'bodyHtml', 'html');
  const text = liquid(reader, false, 'bodyText', 'text');
  if (body && ((bodyType !== 'text' && html) || (bodyType !== 'html' && text))) reader.error(['body'], `"body" says what "${bodyType !== 'text' && html ? 'bodyHtml' : 'bodyText'}" says already`, 'Keep one of them.');
  const sms = part((own) => ({ message: need(own, liquid(own, false, 'message', 'body'), 'message'), maxLength: own.whole(160, 1, 1_600, 'maxLength') }), 'sms');
  const push = part((own) => ({ title: need(own, liquid(own, false, 'title'), 'title'), body: liquid(own, false, 'body', 'message'), icon: own.text('icon'), badge: own.text('badge') }), 'push');
  const inApp = part(
    (own) => ({
      title: need(own, liquid(own, false, 'title'), 'title'), message: liquid(own, false, 'message', 'body'), kind: own.oneOf({ info: 'info', success: 'success', warning: 'warning', error: 'error' }, 'type', 'kind') ?? 'info',
      url: liquid(own, false, 'actionUrl', 'url'), dismissible: own.flag(true, 'dismissible'),
    }),
    'inApp', 'in_app',
  );
  const active = reader.flag(true, 'active', 'isActive');
  const attachments = reader.items('attachments').map(({ value, path }) => {
    const own = new Reader(value, path, reader.subject, reader.report);
    const found = {
      filename: need(own, liquid(own, false, 'filename', 'name'), 'filename'), content: need(own, liquid(own, false, 'content'), 'content'),
      contentType: own.text('contentType'), encoding: own.oneOf({ text: 'utf8', base64: 'base64' }, 'encoding') ?? 'utf8',
    };
    own.end();
    return found;
  });
  reader.end();
  if (!subject && !body && !html && !text && !sms && !push && !inApp) reader.error([], 'the template says nothing', 'subject with bodyHtml or bodyText; sms, push or inApp for those channels.');
  if (!active || name === '') return undefined;
  return { name, topic, locale, variables, subject, html: html ?? (bodyType === 'html' ? body : rendered), text: text ?? (bodyType === 'html' ? undefined : body), attachments, sms, push, inApp };
}

function readVariables(reader: Reader): readonly Variable[] {
  return reader.items('variables').map(({ value, path }) => {
    if (typeof value === 'string') return { name: value, type: undefined, required: false };
    const own = new Reader(value, path, reader.subject, reader.report);
    const variable: Variable = { name: own.required('name'), type: own.oneOf(variableTypes, 'type'), required: own.flag(false, 'required') };
    own.skip('label', 'description');
    own.end();
    return variable;
  });
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

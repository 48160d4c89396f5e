import { ObjectosError } from '../../../errors.ts';
import { LiquidProblem, type LiquidScope, type LiquidTemplate } from '../../../kernel/liquid.ts';

export const variableTypes = { text: 'string', string: 'string', number: 'number', boolean: 'boolean', date: 'string', datetime: 'string', object: 'object', list: 'list' } as const;

export interface Variable {
  readonly name: string;
  readonly type: (typeof variableTypes)[keyof typeof variableTypes] | undefined;
  readonly required: boolean;
}

/** One message in one language. */
export interface Template {
  readonly name: string;
  readonly locale: string;
  /** What preferences go by; the name by default. */
  readonly topic: string;
  readonly variables: readonly Variable[];
  readonly subject: LiquidTemplate | undefined;
  readonly text: LiquidTemplate | undefined;
  readonly html: LiquidTemplate | undefined;
  readonly attachments: readonly { readonly filename: LiquidTemplate; readonly content: LiquidTemplate; readonly contentType: string | undefined; readonly encoding: Attachment['encoding'] }[];
  readonly sms: { readonly message: LiquidTemplate; readonly maxLength: number } | undefined;
  readonly push: { readonly title: LiquidTemplate; readonly body: LiquidTemplate | undefined; readonly icon: string | undefined; readonly badge: string | undefined } | undefined;
  readonly inApp: { readonly title: LiquidTemplate; readonly message: LiquidTemplate | undefined; readonly kind: string; readonly url: LiquidTemplate | undefined; readonly dismissible: boolean } | undefined;
}

/** A file that goes along with mail. */
export interface Attachment {
  readonly filename: string;
  readonly content: string;
  /** By the name of the file where it is left out. */
  readonly contentType?: string | undefined;
  readonly encoding: 'utf8' | 'base64';
}

/** Characters of all attachments of a message together. */
const mostAttached = 5_000_000;

/** A message as it goes out. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly url?: string | undefined;
  readonly kind?: string | undefined;
  readonly dismissible?: boolean | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Of the languages of a template the one that fits best: `de-AT`, `de`, then the usual one, then any. */
export function chooseTemplate(templates: readonly Template[], locale: string, usual: string): Template | undefined {
  const language = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';
  for (const wanted of [locale, usual]) {
    const found = templates.find((one) => one.locale.toLowerCase() === wanted.toLowerCase()) ?? templates.find((one) => one.locale.toLowerCase() === language(wanted)) ?? templates.find((one) => language(one.locale) === language(wanted));
    if (found) return found;
  }
  return templates[0];
}

/** Throws BAD_REQUEST for variables that are missing or of another type, and where a value does not fit the template. */
export async function renderTemplate(template: Template, channel: string, scope: LiquidScope): Promise<Omit<Rendered, 'data'>> {
  checkVariables(template, scope.values);
  const fill = async (part: LiquidTemplate | undefined): Promise<string> => ((await part?.render(scope)) ?? '').trim();
  try {
    if (channel === 'sms' && template.sms) return { subject: '', text: (await fill(template.sms.message)).slice(0, template.sms.maxLength).trimEnd(), options: {} };
    if (channel === 'push' && template.push) {
      const { title, body, icon, badge } = template.push;
      return { subject: await fill(title), text: await fill(body), options: { ...(icon !== undefined && { icon }), ...(badge !== undefined && { badge }) } };
    }
    if (channel === 'in_app' && template.inApp) {
      const { title, message, kind, url, dismissible } = template.inApp;
      return { subject: await fill(title), text: await fill(message), kind, dismissible, ...(url && { url: await fill(url) }), options: {} };
    }
    const html = template.html && (await template.html.render(scope));
    const text = template.text ? await fill(template.text) : textOf(html ?? '');
    const attachments = channel === 'email' ? await attachmentsOf(template, scope) : [];
    return { subject: (await fill(template.subject)).replace(/\s+/g, ' '), text, html, ...(attachments.length > 0 && { attachments }), options: {} };
  } catch (error) {
    if (error instanceof LiquidProblem) throw new ObjectosError('BAD_REQUEST', `The template "${template.name}" cannot be filled: ${error.message}.`);
    throw error;
  }
}

async function attachmentsOf({ name: template, attachments }: Template, scope: LiquidScope): Promise<readonly Attachment[]> {
  const found = await Promise.all(attachments.map(async ({ filename, content, contentType, encoding }): Promise<Attachment> => ({
    filename: (await filename.render(scope)).replace(/[\s/\\]+/g, ' ').trim() || 'attachment', content: await content.render(scope), contentType, encoding,
  })));
  if (found.reduce((sum, { content }) => sum + content.length, 0) > mostAttached) throw new ObjectosError('BAD_REQUEST', `The attachments of the template "${template}" are longer than ${mostAttached} characters.`);
  // An empty one says nothing.
  return found.filter(({ content }) => content !== '');
}

function checkVariables({ name: template, variables }: Template, values: Readonly<Record<string, unknown>>): void {
  for (const { name, type, required } of variables) {
    const value = values[name];
    if (value === undefined || value === null) {
      if (required) throw new ObjectosError('BAD_REQUEST', `The template "${template}" needs "${name}".`);
      continue;
    }
    const is = Array.isArray(value) ? 'list' : typeof value;
    if (type !== undefined && is !== type) throw new ObjectosError('BAD_REQUEST', `The template "${template}" needs "${name}" as ${type}, not as ${is}.`);
  }
}

/** What a mail of HTML says, for those who read no HTML. */
function textOf(html: string): string {
  return html
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<a\s[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi, '$2 ($1)')
    .replace(/<(br|\/p|\/div|\/h\d|\/li|\/tr)[^>]*>/gi, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&(lt|gt|quot|#34|#39|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'", amp: '&' })[name] ?? '')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}

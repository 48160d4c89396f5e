import { Liquid, type Template } from 'liquidjs';

export interface LiquidScope {
  /** Values by the names that the template may use. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Language tag for dates and numbers. */
  readonly locale?: string | undefined;
  /** Name from the IANA list; UTC by default. */
  readonly timeZone?: string | undefined;
}

/** A checked text with places to fill. */
export interface LiquidTemplate {
  render(scope: LiquidScope): Promise<string>;
}

export interface LiquidOptions {
  /** Names that the template may use at the beginning of a variable; absent: any. */
  readonly names?: readonly string[] | undefined;
  /** Values are escaped for HTML unless the template says `raw`. */
  readonly html?: boolean | undefined;
  /** The same for Markdown, in which values stay the text that they are. */
  readonly markdown?: boolean | undefined;
}

/** Why a template cannot be used, in words for its author. */
export class LiquidProblem extends Error {
  override readonly name = 'LiquidProblem';
}

const limits = { parseLimit: 200_000, renderLimit: 1_000, memoryLimit: 10_000_000 };

/** Any punctuation may follow a backslash. */
const escapeMarkdown = (value: unknown): string => String(value ?? '').replace(/[!-/:-@[-`{-~]/g, '\\$&');

const engines = { text: createEngine(undefined), html: createEngine('escape'), markdown: createEngine(escapeMarkdown) };

/** Throws LiquidProblem for wrong syntax, unknown tags and filters, and names that are not given. Templates read no files and include no others. */
export function compileLiquid(text: string, { names, html = false, markdown = false }: LiquidOptions = {}): LiquidTemplate {
  const engine = html ? engines.html : markdown ? engines.markdown : engines.text;
  let parsed: Template[];
  try {
    parsed = engine.parse(text);
  } catch (error) {
    throw new LiquidProblem(messageOf(error), { cause: error });
  }
  const unknown = names && engine.globalVariablesSync(parsed).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new LiquidProblem(`there is no "${unknown}"; the template may use ${names?.join(', ')}`);
  return {
    async render({ values, locale = 'en-US', timeZone = 'UTC' }) {
      try {
        return String(await engine.render(parsed, { ...values }, { globals: { $locale: locale, $timeZone: timeZone } }));
      } catch (error) {
        throw new LiquidProblem(messageOf(error), { cause: error });
      }
    },
  };
}

function createEngine(outputEscape: 'escape' | ((value: unknown) => string) | undefined): Liquid {
  const engine = new Liquid({ strictFilters: true, ownPropertyOnly: true, jekyllInclude: false, templates: {}, ...limits, ...(outputEscape && { outputEscape }) });
  const { include: _include, render: _render, layout: _layout, block: _block, ...tags } = engine.tags;
  (engine as { tags: Liquid['tags'] }).tags = tags;
  const numbers = (style: Intl.NumberFormatOptions) => function format(this: { readonly context: { readonly globals: object } }, value: unknown): string {
    return isNaN(Number(value)) || value === null || value === '' ? '' : new Intl.NumberFormat(localeOf(this.context.globals).locale, style).format(Number(value));
  };
  engine.registerFilter('number', function number(this: { context: { globals: object } }, value: unknown, digits?: unknown) {
    return numbers(digits === undefined ? {} : { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) }).call(this, value);
  });
  engine.registerFilter('money', function money(this: { context: { globals: object } }, value: unknown, currency: unknown = 'USD') {
    return numbers({ style: 'currency', currency: String(currency) }).call(this, value);
  });
  const dates = (style: Intl.DateTimeFormatOptions) => function format(this: { context: { globals: object } }, value: unknown): string {
    const moment = new Date(String(value));
    const { locale, timeZone } = localeOf(this.context.globals);
    return isNaN(moment.getTime()) ? '' : new Intl.DateTimeFormat(locale, { timeZone: /^\d{4}-\d\d-\d\d$/.test(String(value)) ? 'UTC' : timeZone, ...style }).format(moment);
  };
  engine.registerFilter('local_date', dates({ dateStyle: 'long' }));
  engine.registerFilter('local_time', dates({ dateStyle: 'medium', timeStyle: 'short' }));
  return engine;
}

const localeOf = (globals: object): { readonly locale: string; readonly timeZone: string } => {
  const { $locale: locale, $timeZone: timeZone } = globals as { readonly $locale: string; readonly $timeZone: string };
  return { locale, timeZone };
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, file:.*$/s, '') : String(error);
}

/** A value of a definition in which places are filled. */
export interface LiquidValue {
  of(scope: LiquidScope): Promise<unknown>;
}

/** `{{ … }}` alone keeps the type of what it names; other texts are filled, anything else is taken as it is, also inside lists and mappings. */
export function compileLiquidValue(written: unknown, options: LiquidOptions = {}): LiquidValue {
  if (typeof written === 'string') {
    const [, alone] = /^\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*$/s.exec(written) ?? [];
    const template = compileLiquid(written, options);
    if (alone === undefined) return { of: (scope) => (written.includes('{') ? template.render(scope) : Promise.resolve(written)) };
    return {
      async of({ values }) {
        try {
          return (await engines.text.evalValue(alone, { ...values })) as unknown;
        } catch (error) {
          throw new LiquidProblem(messageOf(error), { cause: error });
        }
      },
    };
  }
  if (Array.isArray(written)) {
    const items = written.map((item: unknown) => compileLiquidValue(item, options));
    return { of: (scope) => Promise.all(items.map((item) => item.of(scope))) };
  }
  if (typeof written === 'object' && written !== null) {
    const entries = Object.entries(written).map(([key, value]) => [key, compileLiquidValue(value, options)] as const);
    return { of: async (scope) => Object.fromEntries(await Promise.all(entries.map(async ([key, value]) => [key, await value.of(scope)] as const))) };
  }
  return { of: () => Promise.resolve(written) };
}

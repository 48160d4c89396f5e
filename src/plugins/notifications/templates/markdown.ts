import { compileLiquid, type LiquidOptions, type LiquidTemplate } from '../../../kernel/liquid.ts';

/** A template in Markdown that gives HTML. HTML in it is shown as text, and so is whatever values hold. */
export function compileMarkdown(text: string, options: LiquidOptions): LiquidTemplate {
  const template = compileLiquid(text, { ...options, markdown: true });
  return {
    async render(scope) {
      // Loaded with the first message.
      const { default: MarkdownIt } = await import('markdown-it');
      return new MarkdownIt().render(await template.render(scope));
    },
  };
}

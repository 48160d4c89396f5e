import { textType } from './families.ts';

export const markdown = textType({ name: 'markdown', description: 'Text in Markdown.', long: true });

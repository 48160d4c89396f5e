import { textType } from './families.ts';

export const richtext = textType({ name: 'richtext', description: 'Formatted text of a rich text editor, stored as given.', long: true });

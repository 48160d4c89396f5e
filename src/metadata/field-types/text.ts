import { textType } from './families.ts';

export const text = textType({ name: 'text', description: 'One line of text.' });

import { rowsKey, textType } from './families.ts';

export const textarea = textType({ name: 'textarea', description: 'Text of several lines.', long: true, keys: rowsKey, clientKeys: ['rows'] });

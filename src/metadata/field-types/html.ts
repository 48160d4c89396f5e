import { textType } from './families.ts';

export const html = textType({ name: 'html', description: 'Text in HTML, stored as given: clients sanitise before they show it.', long: true });

/** Signs and words of other languages, and what says the same. */
const foreign: Readonly<Record<string, string>> = {
  '^': 'Write x * x.', '×': 'Write *.', '÷': 'Write /.', '≠': 'Write !=.', '≤': 'Write <=.', '≥': 'Write >=.',
  ';': 'Separate arguments by commas.',
  '‘': 'Texts stand between \' or ".', '’': 'Texts stand between \' or ".', '“': 'Texts stand between \' or ".', '”': 'Texts stand between \' or ".', '„': 'Texts stand between \' or ".', '`': 'Texts stand between \' or ".',
  '=': 'Expressions have no = in front, and compare by = or ==.',
  '?': 'Write condition ? a : b, or COALESCE(a, b).',
  '{': 'Write names of fields as they are, and choices as IF(condition, a, b).', '}': 'Write names of fields as they are, and choices as IF(condition, a, b).',
  ',': 'Numbers have a point before their decimals and nothing else: 1234.5.',
  like: 'Write CONTAINS(text, part), STARTS_WITH(text, part) or MATCHES(text, pattern).',
};

export function hintOnSign(text: string): string | undefined {
  const key = text.toLowerCase();
  return Object.hasOwn(foreign, key) ? foreign[key] : undefined;
}

/**
 * The statements of a script, without comments before them and without their semicolons. Quotes, dollar quotes and
 * comments may hold semicolons.
 */
export function splitSql(script: string): string[] {
  const statements: string[] = [];
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|;|[^'"$;/-]+|[\s\S]/g;
  let statement = '';
  const end = (): void => {
    if (statement.trim() !== '') statements.push(statement.trim());
    statement = '';
  };
  for (const [text] of script.matchAll(token)) {
    if (text === ';') end();
    else if (text.startsWith('--') || text.startsWith('/*')) statement += statement === '' ? '' : ' ';
    else statement += statement === '' ? text.trimStart() : text;
  }
  end();
  return statements;
}

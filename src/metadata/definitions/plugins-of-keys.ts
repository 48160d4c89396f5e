/** Plugins of the platform, by the keys and kinds of files that they bring to life: for hints where one is not turned on. */
const known: Readonly<Record<string, readonly string[]>> = {
  rules: [
    'validations', 'stateMachines', 'stateMachine', 'hooks', 'trackHistory', 'requiredWhen', 'readonlyWhen', 'visibleWhen', 'dependsOn', 'dependencies', 'defaultExpression',
    'expression', 'returnType', 'summaryOperations', 'autonumberFormat', 'startNumber', 'hook', 'state',
  ],
  permissions: ['sharingModel', 'security', 'visible_to', 'editable_by', 'maskingRule', 'permission', 'profile', 'role', 'group', 'sharing', 'policy'],
  tenancy: ['tenancy'],
  'response-cache': ['cache'],
  automation: ['workflows', 'workflow'],
  stitching: ['remote'],
};

/** What to do so that somebody acts on these keys, or reads these files; undefined when no plugin of the platform does. */
export function pluginHint(keys: readonly string[]): string | undefined {
  const found = Object.entries(known).flatMap(([plugin, own]) => {
    const acted = keys.filter((key) => own.includes(key.split('.').at(-1) ?? key));
    return acted.length > 0 ? [{ plugin, acted }] : [];
  });
  if (found.length === 0) return undefined;
  const acted = found.flatMap((one) => one.acted);
  const how = `plugins: [${found.map(({ plugin }) => plugin).join(', ')}] in objectos.config.yml.`;
  if (acted.length < keys.length) return `For ${acted.map((key) => `"${key}"`).join(', ')} turn on: ${how}`;
  return `Turn on the plugin${found.length === 1 ? ' that does' : 's that do'}: ${how}`;
}

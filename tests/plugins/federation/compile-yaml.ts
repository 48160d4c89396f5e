import { parse as parseYaml } from 'yaml';
import { createKernel } from '../../../src/kernel/kernel.ts';
import { loadCatalog } from '../../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { compile } from '../../../src/platform/compile.ts';
import { settingsSchema } from '../../../src/platform/settings/schema.ts';
import { serverSettingsOf } from '../../../src/platform/settings/server-settings.ts';
import { federation, printSubgraph } from '../../../src/plugins/federation/index.ts';
import type { FederationSettingsInput } from '../../../src/plugins/federation/settings.ts';
import { openAccess } from '../../../src/plugins/open-access/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { users } from '../../../src/plugins/users/index.ts';
import { createLog } from '../../../src/server/log.ts';

/** What YAML documents make, without a database. */
export async function compileYaml(yaml: string, { settings, on = true }: { readonly settings?: FederationSettingsInput | undefined; readonly on?: boolean } = {}) {
  const given = [users(), openAccess(), rules(), ...(on ? [federation({ mode: 'test', federation: settings })] : [])];
  const { plugins } = createKernel({ plugins: given });
  const loaded = await loadCatalog({ definitions: yaml.split(/^---$/m).map((text) => parseYaml(text) as DefinitionInput), plugins });
  const appSettings = settingsSchema.parse({ federation: settings });
  const { schema } = compile(loaded, { settings: appSettings, serverSettings: serverSettingsOf(appSettings), plugins, log: createLog({ level: 'silent' }) });
  return { loaded, schema, settings: appSettings.federation };
}

export async function sdlOf(yaml: string, settings?: FederationSettingsInput): Promise<string> {
  const made = await compileYaml(yaml, { settings });
  return printSubgraph(made.schema, made.loaded.catalog, made.settings);
}

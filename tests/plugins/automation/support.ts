import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation, type AutomationOptions } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

export interface StartOptions {
  readonly options?: AutomationOptions;
  readonly plugins?: readonly Plugin[];
  /** False: nothing is carried out until the kernel starts. */
  readonly run?: boolean;
}

/** A platform with automations that looks at its queues only when it is woken. */
export async function startAutomation(database: Database, objects: readonly DefinitionInput[], { options = {}, plugins = [], run = true }: StartOptions = {}): Promise<TestPlatform> {
  const app = await startPlatform({ database, objects, plugins: [jobs({ pollSeconds: 60 }), automation(options), ...plugins] });
  if (run) await app.platform.kernel.start();
  return app;
}

/** Records of a list, oldest first. */
export async function listOf(app: TestPlatform, list: string, fields: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { data, errors } = await app.query(`{ ${list}(orderBy: [{ id: ASC }]) { nodes { ${fields} } } }`);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data?.[list] as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
}

/** The result of an operation that must not fail. */
export async function ask(app: TestPlatform, document: string, variables?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await app.query(document, variables);
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data;
}

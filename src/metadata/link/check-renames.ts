import type { Report } from '../report.ts';
import { describePlace } from '../report.ts';
import type { ObjectBuild } from './build.ts';
import { text } from './link-fields.ts';

/** A former name must be free, and only one may come from it. */
export function checkRenames(builds: ReadonlyMap<string, ObjectBuild>, report: Report): void {
  const objects = new Map<string, ObjectBuild>();
  for (const build of builds.values()) {
    const former = text(build.draft.part.value['renamedFrom']);
    if (former !== undefined) {
      const [user, twin] = [builds.get(former), objects.get(former)];
      if (user) report.error(build.draft.part, ['renamedFrom'], build.name, `"renamedFrom" names "${former}", which is still in use: ${describePlace(former, user.draft.part)}`, 'Remove renamedFrom, or rename the other.');
      else if (twin) report.error(build.draft.part, ['renamedFrom'], build.name, `both ${build.name} and ${describePlace(twin.name, twin.draft.part)} are renamed from "${former}"`);
      objects.set(former, build);
    }
    checkFields(build, report);
  }
}

function checkFields({ name, fields, drafts }: ObjectBuild, report: Report): void {
  const formers = new Map<string, string>();
  for (const field of fields.values()) {
    const { renamedFrom: former } = field;
    const part = drafts.get(field.name)?.part;
    if (former === undefined || !part) continue;
    const subject = `${name}.${field.name}`;
    const twin = formers.get(former);
    if (fields.has(former)) report.error(part, ['renamedFrom'], subject, `"renamedFrom" names "${former}", which is still in use: ${describePlace(`${name}.${former}`, drafts.get(former)?.part)}`, 'Remove renamedFrom, or rename the other.');
    else if (twin !== undefined) report.error(part, ['renamedFrom'], subject, `both ${name}.${twin} and ${subject} are renamed from "${former}"`);
    formers.set(former, field.name);
  }
}

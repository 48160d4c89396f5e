import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take far longer than their size says, which vitest goes by: begun late, they would hold up the end of a run. */
const long = ['permissions/model', 'permissions/non-interference', 'cli/serving', 'cli/commands', 'automation/killed', 'tenancy/non-interference', 'server/browser', 'jobs/processes'].map((name) => `${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

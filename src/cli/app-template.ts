import { version } from './version.ts';

/** Files of a new app: two objects, a few records, a profile and somebody who has it. */
export function appTemplate(folder: string): Readonly<Record<string, string>> {
  const name = folder.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '') || 'app';
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { dev: 'objectos dev', start: 'objectos start', migrate: 'objectos migrate dev' },
    dependencies: { objectos: `^${version}` },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    '.gitignore': 'node_modules/\n.objectos/\n',
    'objectos.config.yml': config,
    'schema/objects/project.object.yml': project,
    'schema/objects/task.object.yml': task,
    'schema/permissions/member.profile.yml': member,
    'schema/data/people.data.yml': people,
    'schema/data/member-assignments.data.yml': assignments,
    'schema/data/projects.data.yml': projects,
    'schema/data/tasks.data.yml': tasks,
  };
}

const config = `# Settings of the app; \`objectos doctor\` prints all of them with their origin.
plugins:
  # Who asks: people sign in. The first start makes an administrator, who may do everything.
  - identity
  # Who may do what: the files in schema/permissions.
  - permissions
identity:
  # People of the data files who get the administrator's password at the first start; nobody in production.
  samplePeople: [sam@example.com]
`;

const member = `name: member
label: Member
description: Works on all projects; the budget is for administrators.
objects:
  project: { allowRead: true, viewAllRecords: true }
  task: { allowCreate: true, modifyAllRecords: true }
`;

const people = `object: sys_user
externalId: email
env: [dev, test]
records:
  - { email: sam@example.com, name: Sam Lind }
`;

const assignments = `object: sys_permission_assignment
externalId: id
env: [dev, test]
records:
  - { id: 019b8d2b-8c00-7a27-b087-fbed3f586fae, user: sam@example.com, permission_set: member }
`;

const project = `name: project
label: Project
description: Work with a goal and an end.
fields:
  name:
    type: text
    label: Name
    required: true
    unique: true
    maxLength: 120
  status:
    type: select
    label: Status
    defaultValue: planned
    options:
      - { value: planned, label: Planned }
      - { value: active, label: Active }
      - { value: done, label: Done }
  budget:
    type: currency
    label: Budget
    visible_to: [administrator]
`;

const task = `name: task
label: Task
description: One step of a project.
fields:
  subject:
    type: text
    label: Subject
    required: true
  project:
    type: lookup
    label: Project
    reference: project
    deleteBehavior: cascade
  due_date:
    type: date
    label: Due
  done:
    type: boolean
    label: Done
    defaultValue: false
`;

const projects = `object: project
externalId: name
records:
  - { name: Website, status: active, budget: "12000.00" }
  - { name: Office move, status: planned, budget: "48000.00" }
`;

const tasks = `object: task
externalId: subject
records:
  - { subject: Draft the front page, project: Website, due_date: 2027-01-15 }
  - { subject: Choose a printer, project: Office move }
  - { subject: Measure the rooms, project: Office move, done: true }
`;

import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The whole proof of the repository: types, lint, generated files, and all tests on PGlite and PostgreSQL. Arguments are handed to
 * vitest. The last line counts everything; the exit code is 0 only when nothing failed.
 */
interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function run(command: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    const child = spawn('npx', ['--no-install', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => {
      done({ code: code ?? 1, output });
    });
  });
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };

async function check(title: string, command: string, args: readonly string[]): Promise<void> {
  const begin = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  if (code === 0) total.passed += 1;
  else total.failed += 1;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${title} (${seconds} s)`);
  if (code !== 0) console.log(output.trimEnd());
}

/** Counts from vitest's own report; a file that could not be run at all is one failure. */
function countReport(file: string, exitCode: number): Count {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { ...count, failed: 1 };
  }
  for (const result of report.testResults) {
    const failures = result.assertionResults.filter(({ status }) => status === 'failed').length;
    count.failed += failures === 0 && result.status === 'failed' ? 1 : failures;
    count.passed += result.assertionResults.filter(({ status }) => status === 'passed').length;
    count.skipped += result.assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  }
  // An error outside any test (an unhandled rejection) fails the run although every test passed.
  if (exitCode !== 0 && count.failed === 0) count.failed = 1;
  if (count.passed + count.failed === 0) count.failed = 1;
  return count;
}

function runVitest(args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn('npx', ['--no-install', 'vitest', 'run', ...args], { stdio: 'inherit', env: { ...process.env, OBJECTOS_TEST_COMPILED: resolve(compiled) } });
    child.on('close', (code) => {
      done(code ?? 1);
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'objectos-report-'));
/** What the type check compiles, for the processes that tests start; packages are found from here. */
const compiled = mkdtempSync(join('node_modules', '.compiled-'));
try {
  copyFileSync('package.json', join(compiled, 'package.json'));
  await Promise.all([check('type check', 'tsc', ['-p', '.', '--noEmit', 'false', '--rootDir', '.', '--outDir', compiled]), check('lint', 'eslint', ['.'])]);
  await check('generated files are current', 'tsx', ['codegen.ts', '--check']);
  const report = join(folder, 'report.json');
  const code = await runVitest(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);
  const tests = countReport(report, code);
  total.passed += tests.passed;
  total.failed += tests.failed;
  total.skipped += tests.skipped;
} finally {
  for (const path of [folder, compiled]) rmSync(path, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

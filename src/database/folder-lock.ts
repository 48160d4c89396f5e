import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same number; undefined where the system does not say. */
  readonly started: string | undefined;
  readonly token: string;
}

const heartbeat = 2_000;

/**
 * Takes the folder for this process and returns how to give it back. A lock whose process is gone is taken over; one of
 * another machine (a shared volume) counts as gone when it has not been refreshed for a while.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), token: randomUUID() };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await create(path, holder)) {
      const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeat);
      timer.unref();
      return async () => {
        clearInterval(timer);
        if ((await read(path))?.token === holder.token) await rm(path, { force: true });
      };
    }
    const other = await read(path);
    if (other && (await isAlive(path, other))) {
      throw new StartupError(
        `The data folder ${folder} is in use by process ${other.pid}${other.host === holder.host ? '' : ` on ${other.host}`}. Stop that process, choose another folder (OBJECTOS_DATA_DIR), or use a PostgreSQL server (DATABASE_URL).`,
      );
    }
    // Only one of several waiting processes can move the dead lock away; the others find it gone, or a living one.
    const aside = `${path}.${holder.token}`;
    await rename(path, aside).catch(() => undefined);
    const moved = await read(aside);
    if (moved && moved.token !== other?.token) await rename(aside, path);
    else await rm(aside, { force: true });
  }
  throw new StartupError(`The data folder ${folder} cannot be locked. Delete ${path} if no process uses it.`);
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(holder));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isAlive(path: string, holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
    return Date.now() - mtimeMs < heartbeat * 5;
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(holder.pid) === holder.started;
}

function startOf(pid: number): string | undefined {
  try {
    // Field 22 of /proc/PID/stat, counted after the command name, which may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}
